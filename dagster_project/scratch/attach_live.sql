-- The warehouse for reading, and the scratch file under the name that compiled SQL speaks of.
attach {live} as live (read_only);
attach {scratch} as warehouse;
attach {analysis} as analysis;
-- what the scratch holds is gone with it
pragma disable_checkpoint_on_shutdown;
use warehouse;

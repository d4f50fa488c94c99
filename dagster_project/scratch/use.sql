-- Names without a catalog are the scratch's, on every connection.
use warehouse

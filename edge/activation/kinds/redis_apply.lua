-- Applies one batch at once: nobody ever reads half of a customer, or a set without its hashes.
-- ARGV: the prefix of every key, seconds to live (0: for ever), and the rows as JSON.
local prefix, seconds = ARGV[1], tonumber(ARGV[2])

local function live(key)
    if seconds > 0 then
        redis.call('EXPIRE', key, seconds)
    end
end

for _, row in ipairs(cjson.decode(ARGV[3])) do
    local set = prefix .. ':segment:' .. row.segment
    local hash = prefix .. ':customer:' .. row.customer_id
    local mark = 'in:' .. row.segment
    local marks = {}
    for _, name in ipairs(redis.call('HKEYS', hash)) do
        if string.sub(name, 1, 3) == 'in:' and name ~= mark then
            table.insert(marks, name)
        end
    end
    if row.operation == 'remove' then
        redis.call('SREM', set, row.customer_id)
        redis.call('HDEL', hash, mark)
        if #marks == 0 then
            redis.call('DEL', hash)
        end
    else
        redis.call('SADD', set, row.customer_id) -- first: a full Redis refuses it, and nothing was done
        redis.call('DEL', hash)
        redis.call('HSET', hash, 'customer_id', row.customer_id, mark, '1')
        for _, name in ipairs(marks) do
            redis.call('HSET', hash, name, '1')
        end
        for index = 1, #row.fields, 2 do
            redis.call('HSET', hash, row.fields[index], row.fields[index + 1])
        end
        live(hash)
        live(set)
    end
end

-- Put a tombstone in place of a record: a message that is still on its way must not make it again.
-- KEYS[1] ticket:{id}   ARGV the tombstone's time to live in ms   Returns 1 if there was a record, else 0
local state = redis.call('HGET', KEYS[1], 'state')
if not state or state == 'deleted' then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'state', 'deleted')
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1

-- End a turn, if it is still ours, and note what was told, whoever's it is.
-- KEYS incident:{id}:turn:destination   ARGV token, number of the message that was told (0: none), time to live in ms
local held = redis.call('HMGET', KEYS[1], 'told', 'token')
if tonumber(ARGV[2]) > tonumber(held[1] or 0) then redis.call('HSET', KEYS[1], 'told', ARGV[2]) end
if held[2] == ARGV[1] then redis.call('HDEL', KEYS[1], 'token', 'lease_until_ms') end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1

-- Note that a digest is on the alert queue. A late note about an older one changes nothing.
-- KEYS[1] budget:{destination}:digest   ARGV its beginning
local told = tonumber(redis.call('HGET', KEYS[1], 'told') or 0)
redis.call('HSET', KEYS[1], 'told', math.max(told, tonumber(ARGV[1])))
if redis.call('HGET', KEYS[1], 'closed') == ARGV[1] then redis.call('HDEL', KEYS[1], 'closed') end
return 1

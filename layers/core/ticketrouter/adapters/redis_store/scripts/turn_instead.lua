-- Note that a fallback is told of an incident in this destination's place, unless a newer message was told or one is on
-- its way: after the summary nobody would tell the fallback of the end.
-- KEYS incident:{id}:turn:destination   ARGV token, number of the message, fallback, time to live in ms
-- Returns ours, busy or overtaken
local held = redis.call('HMGET', KEYS[1], 'told', 'token', 'lease_until_ms')
if tonumber(ARGV[2]) < tonumber(held[1] or 0) then return 'overtaken' end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if tonumber(held[3] or 0) > now and held[2] ~= ARGV[1] then return 'busy' end
redis.call('HSET', KEYS[1], 'fallback', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 'ours'

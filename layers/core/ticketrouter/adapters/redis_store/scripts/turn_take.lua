-- Ask whether a message about an incident may go to a destination: one at a time, and none older than the last one told.
-- KEYS incident:{id}:turn:destination   ARGV token, lease in ms, number of the message, time to live in ms
-- Returns ours, busy or overtaken
local held = redis.call('HMGET', KEYS[1], 'told', 'token', 'lease_until_ms')
if tonumber(ARGV[3]) < tonumber(held[1] or 0) then return 'overtaken' end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if tonumber(held[3] or 0) > now and held[2] ~= ARGV[1] then return 'busy' end
redis.call('HSET', KEYS[1], 'token', ARGV[1], 'lease_until_ms', now + ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 'ours'

-- Put a member into a set ordered by time, at this server's time plus a delay.
-- KEYS[1] the set   ARGV member, delay in ms, NX to leave a member that is there, how many of the newest to keep
local time = redis.call('TIME')
local at = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[2]
if ARGV[3] == 'NX' then
  redis.call('ZADD', KEYS[1], 'NX', at, ARGV[1])
else
  redis.call('ZADD', KEYS[1], at, ARGV[1])
end
if ARGV[4] then redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - ARGV[4]) end
return at

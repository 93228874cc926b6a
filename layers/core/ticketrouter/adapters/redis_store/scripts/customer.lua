-- List tickets of one customer, by the time of this call: it comes after whatever gave a record its time to live, so
-- what is older than a record can live has none any more, and leaves.
-- KEYS[1] index:{customer:<digest>}   ARGV time to live of a record in ms, then ids
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], now, ARGV[i]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1

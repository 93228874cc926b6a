-- Take a deleted ticket's name out of a budget: what was paid for it stays paid, and no digest counts it any more.
-- KEYS budget:{destination}, budget:{destination}:held   ARGV alert
redis.call('ZREM', KEYS[2], ARGV[1])
local paid = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not paid then return 0 end
local time = redis.call('TIME')
redis.call('ZREM', KEYS[1], ARGV[1])
return redis.call('ZADD', KEYS[1], paid, 'deleted:' .. redis.sha1hex(ARGV[1] .. time[1] .. time[2]))

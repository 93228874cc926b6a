-- Take a failed ticket back to queued with the next epoch; its dead letter goes.
-- KEYS ticket:{id}, deadletter:{id}   ARGV time to live in ms   Returns 1 if it was failed, else 0
if redis.call('HGET', KEYS[1], 'state') ~= 'failed' then return 0 end
local epoch = tonumber(redis.call('HGET', KEYS[1], 'epoch') or 1)
redis.call('HSET', KEYS[1], 'state', 'queued', 'attempts', 0, 'resends', 0, 'epoch', epoch + 1)
redis.call('HDEL', KEYS[1], 'failure')
redis.call('PEXPIRE', KEYS[1], ARGV[1])
redis.call('DEL', KEYS[2])
return 1

-- Make a ticket failed and write its dead letter, unless it is final or deleted already or the id is of other content.
-- KEYS ticket:{id}, deadletter:{id}
-- ARGV fingerprint, item, time to live in ms, reason, ticket id, the letter's time to live in ms
-- Returns {1 if this call did it, 1 if the ticket is to be counted as accepted, time in ms}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local held = redis.call('HMGET', KEYS[1], 'state', 'fingerprint', 'counted')
if not held[1] then
  redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1], 'item', ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
elseif held[2] ~= ARGV[1] or held[1] == 'scored' or held[1] == 'failed' or held[1] == 'deleted' then
  return {0, 0, now}
end
redis.call('HSET', KEYS[1], 'state', 'failed', 'failure', ARGV[4], 'counted', 1)
redis.call('HSET', KEYS[2], 'id', ARGV[5], 'reason', ARGV[4], 'at_ms', now, 'ticket_id', ARGV[5])
redis.call('PEXPIRE', KEYS[2], ARGV[6])
return {1, held[3] and 0 or 1, now}

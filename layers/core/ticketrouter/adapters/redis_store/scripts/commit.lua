-- Make a ticket scored, unless it is final or deleted already or the id belongs to other content.
-- KEYS[1] ticket:{id}   ARGV fingerprint, item, time to live in ms, outcome, embedding
-- Returns {1 if this call did it, 1 if the ticket is to be counted as accepted}
local held = redis.call('HMGET', KEYS[1], 'state', 'fingerprint', 'counted')
if not held[1] then
  redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1], 'item', ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
elseif held[2] ~= ARGV[1] or held[1] == 'scored' or held[1] == 'failed' or held[1] == 'deleted' then
  return {0, 0}
end
redis.call('HSET', KEYS[1], 'state', 'scored', 'outcome', ARGV[4], 'embedding', ARGV[5], 'counted', 1)
return {1, held[3] and 0 or 1}

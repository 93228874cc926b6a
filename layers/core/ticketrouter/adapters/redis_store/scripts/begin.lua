-- Count an attempt; make the record if it is missing. From here on it is not `sending`: a late confirm is a no-op.
-- KEYS[1] ticket:{id}   ARGV fingerprint, item, time to live in ms, attempts allowed
-- Returns {verdict, 1 if the ticket is to be counted as accepted}
local held = redis.call('HMGET', KEYS[1], 'state', 'fingerprint', 'attempts', 'counted')
if not held[1] then
  redis.call('HSET', KEYS[1], 'state', 'queued', 'fingerprint', ARGV[1], 'item', ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
elseif held[1] == 'deleted' then
  return {'deleted', 0}
elseif held[2] ~= ARGV[1] then
  return {'conflict', 0}
elseif held[1] == 'scored' or held[1] == 'failed' then
  return {'already-' .. held[1], 0}
end
local attempts = tonumber(held[3] or 0)
local verdict = 'exhausted'
if attempts < tonumber(ARGV[4]) then
  attempts = attempts + 1
  verdict = 'score'
end
redis.call('HSET', KEYS[1], 'state', 'queued', 'attempts', attempts, 'counted', 1)
return {verdict, held[4] and 0 or 1}

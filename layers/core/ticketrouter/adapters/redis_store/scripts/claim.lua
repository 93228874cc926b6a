-- Claim a ticket's id: first come, first accepted. The lease is judged by this server's clock alone.
-- KEYS[1] ticket:{id}   ARGV token, lease in ms, fingerprint, item, time to live in ms
-- Returns {outcome, state, ms left of a lease that is not ours, item as it is held}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local held = redis.call('HMGET', KEYS[1], 'state', 'fingerprint', 'token', 'lease_until_ms')
if not held[1] or held[1] == 'deleted' then
  redis.call('HSET', KEYS[1], 'state', 'sending', 'fingerprint', ARGV[3], 'token', ARGV[1],
    'lease_until_ms', now + ARGV[2], 'item', ARGV[4])
  if held[1] then redis.call('HSET', KEYS[1], 'was_deleted', 1) end
  redis.call('PEXPIRE', KEYS[1], ARGV[5])
  return {'new', 'sending', 0, ''}
end
if held[2] ~= ARGV[3] then return {'conflict', held[1], 0, ''} end
local item = redis.call('HGET', KEYS[1], 'item')
if held[1] ~= 'sending' then return {'duplicate', held[1], 0, item} end
local left = held[4] - now
if left > 0 and held[3] ~= ARGV[1] then return {'in-progress', 'sending', left, item} end
redis.call('HSET', KEYS[1], 'token', ARGV[1], 'lease_until_ms', now + ARGV[2])
-- The same token again means that our own first reply was lost: it is still new.
return {held[3] == ARGV[1] and 'new' or 'taken-over', 'sending', 0, item}

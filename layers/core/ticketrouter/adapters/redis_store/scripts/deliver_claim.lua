-- Take the lease on a delivery; make its record if it is missing. Judged by this server's clock alone.
-- KEYS delivery:{ticket}:destination, deliveries:{ticket}, ticket:{ticket}
-- ARGV token, lease in ms, alert, epoch, replay (or empty), time to live in ms, destination
-- Returns {verdict, attempts so far, ms to wait, 1 if this call opened it, destination told in its place (or empty),
--   digest that it was left to (or empty)}
-- A deleted ticket alerts nobody any more.
if redis.call('HGET', KEYS[3], 'state') == 'deleted' then return {'done', 0, 0, 0, '', ''} end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local opened = 0
local held = redis.call('HMGET', KEYS[1], 'status', 'epoch')
if not held[1] or tonumber(ARGV[4]) > tonumber(held[2]) then
  opened = 1
  -- A redrive is a new round: other receivers' ids, attempts from zero; what was tried before stays in the log.
  redis.call('HSET', KEYS[1], 'status', 'pending', 'epoch', ARGV[4], 'alert', ARGV[3], 'attempts', 0,
    'updated_at_ms', now)
  redis.call('HDEL', KEYS[1], 'next_at_ms', 'token', 'lease_until_ms', 'fallback', 'digest_id')
  redis.call('PEXPIRE', KEYS[1], ARGV[6])
  redis.call('SADD', KEYS[2], ARGV[7])
  redis.call('PEXPIRE', KEYS[2], ARGV[6])
end
if ARGV[5] ~= '' and redis.call('HSETNX', KEYS[1], 'replay:' .. ARGV[5], 1) == 1
  and redis.call('HGET', KEYS[1], 'status') ~= 'pending' then
  opened = 1
  redis.call('HSET', KEYS[1], 'status', 'pending', 'updated_at_ms', now)
  redis.call('HDEL', KEYS[1], 'next_at_ms')
end
held = redis.call('HMGET', KEYS[1], 'status', 'attempts', 'token', 'lease_until_ms', 'next_at_ms', 'fallback',
  'digest_id')
local told, digest = held[6] or '', held[7] or ''
if held[1] ~= 'pending' then return {'done', held[2], 0, opened, told, digest} end
local lease_left = (held[4] or 0) - now
if lease_left > 0 and held[3] ~= ARGV[1] then return {'busy', held[2], lease_left, opened, told, digest} end
local wait = (held[5] or 0) - now
-- A digest is at it: nothing has failed, and nobody is to be told in its place.
if wait > 0 and held[7] and held[2] == '0' then return {'busy', held[2], wait, opened, told, digest} end
if wait > 0 then return {'later', held[2], wait, opened, told, digest} end
redis.call('HSET', KEYS[1], 'token', ARGV[1], 'lease_until_ms', now + ARGV[2])
return {'send', held[2], 0, opened, told, digest}

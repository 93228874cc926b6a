-- Ask whether a destination may be called now. Judged by this server's clock alone.
-- KEYS[1] destination:{id}   ARGV token, lease of a probe in ms, print of its secret, 1 for an operator
-- Returns {verdict, ms to wait, 1 if nothing is held against it}
local held = redis.call('HMGET', KEYS[1], 'failures', 'gone_print', 'open_until_ms', 'probe', 'probe_until_ms')
if not held[1] then return {'send', 0, 1} end
if held[2] and held[2] ~= ARGV[3] then
  redis.call('DEL', KEYS[1])
  return {'send', 0, 1}
end
if ARGV[4] == '1' then return {'send', 0, 0} end
if held[2] then return {'disabled', 0, 0} end
if not held[3] then return {'send', 0, 0} end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if held[3] - now > 0 then return {'wait', held[3] - now, 0} end
if held[4] and held[4] ~= ARGV[1] and held[5] - now > 0 then return {'wait', held[5] - now, 0} end
redis.call('HSET', KEYS[1], 'probe', ARGV[1], 'probe_until_ms', now + ARGV[2])
return {'send', 0, 0}

-- Count a failure of a destination, and open its breaker if that was one too many.
-- KEYS[1] destination:{id}
-- ARGV 1 if it was slow, failures to open, first pause in ms, longest pause in ms, pause that it asked for in ms,
--   how long to remember in ms
local held = redis.call('HMGET', KEYS[1], 'failures', 'gone_print', 'open_until_ms')
if held[2] then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local asked, to_open = tonumber(ARGV[5]), tonumber(ARGV[2])
if held[3] and held[3] - now > 0 then
  -- The rest of those that were under way when it opened: one outage, not several.
  if now + asked > tonumber(held[3]) then redis.call('HSET', KEYS[1], 'open_until_ms', now + asked) end
  return 0
end
local failures = (held[1] or 0) + 1
if ARGV[1] == '1' then failures = math.max(failures, to_open) end
local pause = 0
if failures >= to_open then pause = math.min(ARGV[3] * 2 ^ (failures - to_open), tonumber(ARGV[4])) end
pause = math.max(pause, asked)
redis.call('HSET', KEYS[1], 'failures', failures)
redis.call('HSETNX', KEYS[1], 'failing_since_ms', now)
redis.call('HDEL', KEYS[1], 'probe', 'probe_until_ms')
if pause > 0 then redis.call('HSET', KEYS[1], 'open_until_ms', now + pause) end
redis.call('PEXPIRE', KEYS[1], ARGV[6])
return 1

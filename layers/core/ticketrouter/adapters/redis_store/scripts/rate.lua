-- Take tickets out of a key's rate (GCRA: the time until which the key has paid is all that is kept).
-- KEYS[1] rate:{key}   ARGV cost of all tickets in us, burst in us
-- Returns 0, or after how many seconds the same request would pass; a refused request costs nothing.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local paid = tonumber(redis.call('GET', KEYS[1]) or 0)
if paid < now then paid = now end
paid = paid + ARGV[1]
local over = paid - now - ARGV[2]
if over > 0 then return math.ceil(over / 1000000) end
redis.call('SET', KEYS[1], paid, 'PX', math.ceil((paid - now) / 1000) + 1)
return 0

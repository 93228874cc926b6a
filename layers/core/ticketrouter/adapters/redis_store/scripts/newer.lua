-- Read what a list in order of time has gained, oldest first, without this very millisecond: what is stamped from now
-- on lies behind the answer, never before it.
-- KEYS[1] the list   ARGV time in ms up to which all is known (empty: tell only the time of now), how many
-- Returns {time in ms up to which all is known now, 1 if there is more, members ...}; members of one time come together
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[1] == '' then return {now - 1, 0} end
local since, limit = '(' .. ARGV[1], tonumber(ARGV[2])
local page = redis.call('ZRANGEBYSCORE', KEYS[1], since, '(' .. now, 'WITHSCORES', 'LIMIT', 0, limit)
if #page == 0 then return {tonumber(ARGV[1]), 0} end
local last = page[#page]
local answer = {tonumber(last), 0}
for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], since, last)) do answer[#answer + 1] = member end
if #redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. last, '(' .. now, 'LIMIT', 0, 1) > 0 then answer[2] = 1 end
return answer

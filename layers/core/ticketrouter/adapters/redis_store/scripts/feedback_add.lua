-- Add a row of feedback to a ticket, for as long as its record is kept.
-- KEYS ticket:{id}:feedback, ticket:{id}   ARGV id of the row, row, how many a ticket may have
-- Returns 1 if it was added; 0 if the ticket is gone or has as many already
if redis.call('HEXISTS', KEYS[2], 'item') == 0 then return 0 end
if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
local left = redis.call('PTTL', KEYS[2])
if left > 0 then redis.call('PEXPIRE', KEYS[1], left) end
return 1

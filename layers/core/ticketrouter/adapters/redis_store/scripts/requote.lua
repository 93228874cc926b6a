-- Replace a ticket's outcome by one that quotes less, if it is still the one that was read.
-- KEYS[1] ticket:{id}   ARGV outcome as it was read, outcome
if redis.call('HGET', KEYS[1], 'outcome') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'outcome', ARGV[2])
return 1

-- Add to the counts of a minute.   KEYS[1] stats:{minute}   ARGV time to live in s, then (name, how many) again and again
for i = 2, #ARGV, 2 do redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1

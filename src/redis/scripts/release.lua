-- Ends claims on a room that came to nothing (I9).
-- ARGV: room id, claims.
for i = 2, #ARGV do end_claim(ARGV[i], ARGV[1]) end
place_again(ARGV[1])

package stat

import (
	"math"
	"slices"
)

// radixFrom is the length from which counting digits beats comparing.
const radixFrom = 1 << 12

// digit is the width in bits of a digit of the radix sort; six digits hold the 63 bits of a time.
const digit = 11

// sortTimes sorts finite times >= 0. The bits of such numbers, read as integers, are in the same order
// as the numbers, so long slices are sorted digit by digit, least significant first. O(n).
func sortTimes(times []float64) {
	if len(times) < radixFrom {
		slices.Sort(times)
		return
	}
	from, to := times, make([]float64, len(times))
	for shift := 0; shift < 64; shift += digit {
		if byDigit(from, to, shift) {
			from, to = to, from
		}
	}
	copy(times, from) // nothing to do when from is times again
}

// byDigit moves the times to another slice in stable order of one digit; it leaves them where they are
// and tells so when they all have the same digit.
func byDigit(from, to []float64, shift int) bool {
	const mask = 1<<digit - 1
	var starts [mask + 1]int
	for _, t := range from {
		starts[math.Float64bits(t)>>shift&mask]++
	}
	if starts[math.Float64bits(from[0])>>shift&mask] == len(from) {
		return false
	}
	sum := 0
	for d, n := range starts {
		starts[d] = sum
		sum += n
	}
	for _, t := range from {
		d := math.Float64bits(t) >> shift & mask
		to[starts[d]] = t
		starts[d]++
	}
	return true
}

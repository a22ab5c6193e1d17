package quant

import (
	"math"
	"sort"
)

// A histogram counts yearly amounts, which are not negative, in bins of 1/512 of a factor of two. Of each bin it keeps
// number, least and sum as whole numbers, so that the order of recording does not matter and an amount that occurs
// again and again comes out exactly. 0 has a bin of its own.
type histogram struct {
	n, zeros int
	most     float64
	first    int // exponent of the first page
	pages    []*page
}

// binBits is the logarithm of the number of bins of a page.
const binBits = 9

// page holds the bins of a factor of two. A bin reaches from above its lower end up to and with its upper end;
// amounts lie at offset+1 of 2^32 steps between the ends.
type page [1 << binBits]struct {
	count, least uint32
	offsets      uint64
}

const (
	binShift  = 52 - binBits // of the bits of an amount, to the number of its bin
	fineShift = binShift - 32
)

func (h *histogram) record(amounts []float64) {
	zeros, most := 0, h.most
	for _, x := range amounts {
		if x <= 0 {
			zeros++
			continue
		}
		if x > most {
			most = x
		}
		bits := math.Float64bits(x) - 1
		i := int(bits>>52) - h.first
		if uint(i) >= uint(len(h.pages)) || h.pages[i] == nil {
			i = h.page(int(bits >> 52))
		}
		bin := &h.pages[i][bits>>binShift%(1<<binBits)]
		offset := uint32(bits >> fineShift)
		bin.count++
		bin.offsets += uint64(offset)
		bin.least = min(bin.least, offset)
	}
	h.n += len(amounts)
	h.zeros += zeros
	h.most = most
}

// page makes room for amounts of an exponent.
func (h *histogram) page(exponent int) int {
	switch {
	case len(h.pages) == 0:
		h.first, h.pages = exponent, make([]*page, 1)
	case exponent < h.first:
		h.pages = append(make([]*page, h.first-exponent), h.pages...)
		h.first = exponent
	case exponent >= h.first+len(h.pages):
		h.pages = append(h.pages, make([]*page, exponent-h.first-len(h.pages)+1)...)
	}
	i := exponent - h.first
	if h.pages[i] == nil {
		h.pages[i] = new(page)
		for j := range h.pages[i] {
			h.pages[i][j].least = math.MaxUint32
		}
	}
	return i
}

// bin is what is known of the amounts between two ends: count of them, evenly spread from least to most.
type bin struct {
	below       int // amounts in bins before it, with zeros
	count       int
	end         float64 // upper end
	least, most float64
	sum         float64
}

// ranked are the amounts in order, as far as a histogram knows them.
type ranked struct {
	n, zeros int
	most     float64
	bins     []bin
}

func (h *histogram) ranked() ranked {
	r := ranked{n: h.n, zeros: h.zeros, most: h.most, bins: make([]bin, 0, h.used())}
	below := h.zeros
	for p, page := range h.pages {
		if page == nil {
			continue
		}
		for i := range page {
			b := &page[i]
			if b.count == 0 {
				continue
			}
			start := uint64(h.first+p)<<52 | uint64(i)<<binShift
			low, high := math.Float64frombits(start), math.Float64frombits(start+1<<binShift)
			at := func(offset float64) float64 { return low + (high-low)*(offset+1)*0x1p-32 }
			mean := at(float64(b.offsets) / float64(b.count))
			one := bin{below: below, count: int(b.count), end: high, least: at(float64(b.least)), sum: mean * float64(b.count)}
			one.most = min(high, h.most, 2*mean-one.least)
			r.bins = append(r.bins, one)
			below += one.count
		}
	}
	if n := len(r.bins); n > 0 && r.bins[n-1].count > 1 {
		r.bins[n-1].most = h.most
	}
	return r
}

// used is the number of bins that are not empty.
func (h *histogram) used() int {
	n := 0
	for _, page := range h.pages {
		for i := 0; page != nil && i < len(page); i++ {
			if page[i].count > 0 {
				n++
			}
		}
	}
	return n
}

// in finds the bin of the k-th smallest amount, which is above zero.
func (r ranked) in(k int) int {
	return sort.Search(len(r.bins), func(i int) bool { return r.bins[i].below+r.bins[i].count >= k })
}

// at is the k-th smallest amount, 1-based; out of range means the nearest.
func (r ranked) at(k int) float64 {
	k = min(k, r.n)
	if k <= r.zeros {
		return 0
	}
	b := r.bins[r.in(k)]
	return b.at(k - b.below - 1)
}

// at is the j-th amount of the bin, 0-based.
func (b bin) at(j int) float64 {
	if b.count == 1 {
		return b.least
	}
	return b.least + (b.most-b.least)*float64(j)/float64(b.count-1)
}

// above counts the amounts above the end of a bin.
func (r ranked) above(end float64) int {
	i := sort.Search(len(r.bins), func(i int) bool { return r.bins[i].end > end })
	if i == len(r.bins) {
		return 0
	}
	return r.n - r.bins[i].below
}

// excess is the sum, and the sum of squares, of what the amounts beyond the k-th smallest have above v.
func (r ranked) excess(k int, v float64) (sum, squares float64) {
	for i := r.in(max(k, r.zeros+1)); i < len(r.bins); i++ {
		b := r.bins[i]
		count, mean := float64(b.count), b.sum/float64(b.count)
		if inside := k - b.below; inside > 0 {
			count -= float64(inside)
			if count == 0 {
				continue
			}
			mean = (b.at(inside) + b.at(b.count-1)) / 2
		}
		sum += count * (mean - v)
		squares += count * (mean - v) * (mean - v)
	}
	return sum, squares
}

// binEnd is the upper end of the bin of an amount.
func binEnd(x float64) float64 {
	return math.Float64frombits(((math.Float64bits(x)-1)>>binShift + 1) << binShift)
}

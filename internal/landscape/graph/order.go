package graph

import "slices"

func sorted(list []int32) []int32 {
	slices.Sort(list)
	return list
}

// sortBySize sorts each list, and the lists by size, largest first, then by their first number.
func sortBySize(all [][]int32) {
	for _, one := range all {
		slices.Sort(one)
	}
	slices.SortFunc(all, func(a, b []int32) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return slices.Compare(a, b)
	})
}

package fair

import "math"

// PriorWeight is how many observations an estimate counts for when observations are held against it.
const PriorWeight = 3

// Update is the lognormal distribution of the next value, when somebody's estimate counts for PriorWeight
// observations and the given values were seen since: the normal-inverse-gamma update of mean and variance of the
// logarithm (Gelman et al., Bayesian Data Analysis, section 3.3),
//
//	mean = (k m0 + n x)/(k + n), variance = (k s0² + S + k n (x - m0)²/(k + n))/(k + n),
//
// read as 5 % and 95 % points. Values must be positive; done is false when the estimate is not lognormal or there
// is nothing to learn from.
func (d Distribution) Update(seen []float64) (updated Distribution, done bool) {
	shape := d.Shape()
	if shape.Kind() != Lognormal || len(seen) == 0 {
		return d, false
	}
	m0, s0 := shape.Logs()
	n, k, mean, spread := float64(len(seen)), float64(PriorWeight), 0.0, 0.0
	for _, x := range seen {
		if !(x > 0) || math.IsInf(x, 0) {
			return d, false
		}
		mean += math.Log(x) / n
	}
	for _, x := range seen {
		spread += (math.Log(x) - mean) * (math.Log(x) - mean)
	}
	middle := (k*m0 + n*mean) / (k + n)
	sigma := math.Sqrt((k*s0*s0 + spread + k*n*(mean-m0)*(mean-m0)/(k+n)) / (k + n))
	return Interval90(math.Exp(middle-Z95*sigma), math.Exp(middle+Z95*sigma)), true
}

// UpdateRate is the distribution of a yearly frequency when so many events were seen in so many years: the estimate
// is read as the gamma distribution of its mean and variance, which Poisson counts update to shape a + events and rate
// b + years (Gelman et al., section 2.6), and written back as the lognormal of the same two moments. done is false
// when the estimate is certain or there is nothing to learn from.
func (d Distribution) UpdateRate(events, years float64) (updated Distribution, done bool) {
	shape := d.Shape()
	mean, variance := shape.Mean(), shape.Variance()
	if !(variance > 0) || !(mean > 0) || !(years > 0) || !(events >= 0) {
		return d, false
	}
	a, b := mean*mean/variance+events, mean/variance+years
	sigma := math.Sqrt(math.Log1p(1 / a))
	mu := math.Log(a/b) - sigma*sigma/2
	return Interval90(math.Exp(mu-Z95*sigma), math.Exp(mu+Z95*sigma)), true
}

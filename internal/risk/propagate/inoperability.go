package propagate

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"accordo.dev/internal/problem"
)

// Inoperability is the answer of the inoperability input-output model: how far each sector stops working, 0 to 1.
type Inoperability struct {
	Values         []float64 `json:"values"`  // not above 1
	Raw            []float64 `json:"raw"`     // as the linear model has them
	Clipped        []int     `json:"clipped"` // sectors whose raw value is above 1: there the model overstates itself
	SpectralRadius float64   `json:"spectral_radius"`
}

// maxSectors is the most sectors of a linear model.
const maxSectors = 2_000

// Inoperable solves q = A q + c, the inoperability input-output model (IIM; Haimes and Jiang, 2001): a[i][j] is how much
// inoperability of sector j passes to sector i, c[i] what hits sector i from outside, 0 to 1. Only when the spectral radius
// of A is below 1 do the effects of effects add up to something; otherwise the error is on the field a. O(n³).
func Inoperable(a [][]float64, c []float64) (Inoperability, error) {
	if err := checkSectors(a, c); err != nil {
		return Inoperability{}, err
	}
	n := len(c)
	system, shares := mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)
	for i, row := range a {
		for j, x := range row {
			shares.Set(i, j, x)
			system.Set(i, j, -x)
		}
		system.Set(i, i, 1-row[i])
	}
	radius := spectralRadius(shares)
	if !(radius < 1) {
		return Inoperability{}, problem.Field("a", "propagate.radius", "radius", radius)
	}
	var q mat.VecDense
	if err := q.SolveVec(system, mat.NewVecDense(n, append([]float64{}, c...))); err != nil {
		return Inoperability{}, problem.Field("a", "propagate.radius", "radius", radius) // as good as 1
	}
	answer := Inoperability{SpectralRadius: radius, Clipped: []int{}}
	for i := range n {
		answer.Raw = append(answer.Raw, q.AtVec(i))
		answer.Values = append(answer.Values, min(max(q.AtVec(i), 0), 1))
		if q.AtVec(i) > 1 {
			answer.Clipped = append(answer.Clipped, i)
		}
	}
	return answer, nil
}

func spectralRadius(a *mat.Dense) float64 {
	var e mat.Eigen
	if !e.Factorize(a, mat.EigenNone) {
		return math.NaN()
	}
	radius := 0.
	for _, value := range e.Values(nil) {
		radius = max(radius, math.Hypot(real(value), imag(value)))
	}
	return radius
}

func checkSectors(a [][]float64, c []float64) error {
	n := len(c)
	if n == 0 || n > maxSectors {
		return problem.Field("c", "problem.range", "value", n, "min", 1, "max", maxSectors)
	}
	if len(a) != n {
		return problem.Field("a", "propagate.not-square", "n", n)
	}
	wrong := checker{}
	for i, row := range a {
		if len(row) != n {
			return problem.Field(path("a", i), "propagate.not-square", "n", n)
		}
		for j, x := range row {
			wrong.amount(path(path("a", i), j), x)
		}
		wrong.probability(path("c", i), &c[i])
	}
	return problem.Many(wrong.wrong)
}

// Recovery is the dynamic inoperability model over time.
type Recovery struct {
	Path   [][]float64 `json:"path"`   // by time and sector, as the linear model has them
	Totals []float64   `json:"totals"` // area under each sector's path, in units of time, by the trapezoidal rule
}

// Recover follows the dynamic inoperability model (DIIM; Lian and Haimes, 2006) by explicit Euler steps of one unit of time,
//
//	q(t) = q(t-1) + K (A q(t-1) + c(t) - q(t-1)),  q(0) = 0,
//
// where K is the diagonal of k, the share of the distance to equilibrium that each sector makes good in one step, 0 to 1. The
// shock c(t) stands for t from 1 to until. Points counts the times from 0 on. O(points · n²).
func Recover(a [][]float64, c, k []float64, until, points int) (Recovery, error) {
	if err := checkSectors(a, c); err != nil {
		return Recovery{}, err
	}
	n := len(c)
	if len(k) != n {
		return Recovery{}, problem.Field("k", "propagate.not-square", "n", n)
	}
	wrong := checker{}
	for i := range k {
		wrong.probability(path("k", i), &k[i])
	}
	if points < 1 || points > maxPoints/n {
		wrong.refuse("points", "problem.range", "value", points, "min", 1, "max", maxPoints/n)
	}
	if err := problem.Many(wrong.wrong); err != nil {
		return Recovery{}, err
	}
	r := Recovery{Path: [][]float64{make([]float64, n)}, Totals: make([]float64, n)}
	for t := 1; t < points; t++ {
		before, now := r.Path[t-1], make([]float64, n)
		for i, row := range a {
			pull := -before[i]
			for j, x := range row {
				pull += x * before[j]
			}
			if t <= until {
				pull += c[i]
			}
			now[i] = before[i] + k[i]*pull
			r.Totals[i] += (before[i] + now[i]) / 2
		}
		r.Path = append(r.Path, now)
	}
	return r, nil
}

// maxPoints is the most values of a path.
const maxPoints = 50_000_000

// Feeder is what a node depends on in functional dependency network analysis: operabilities and criticality lie between 0
// and 100, strength between 0 and 1.
type Feeder struct {
	Operability float64
	Strength    float64 // share of the node's operability that comes from the feeder
	Criticality float64 // operability of the node when the feeder has none
}

// Operability is the operability of a node by its feeders, 0 to 100, by the weakest-link formula of FDNA (Garvey and Pinto,
// 2009):
//
//	P = min( mean over i of (a_i P_i + 100 (1 - a_i)), min over i of (P_i + b_i) )
//
// with operability P_i, strength a_i and criticality b_i of feeder i.
func Operability(feeders []Feeder) (float64, error) {
	wrong := checker{}
	if len(feeders) == 0 {
		wrong.refuse("feeders", "problem.required")
	}
	mean, weakest := 0., 100.
	for i, f := range feeders {
		at := path("feeders", i)
		wrong.level(at+".operability", f.Operability)
		wrong.probability(at+".strength", &f.Strength)
		wrong.level(at+".criticality", f.Criticality)
		mean += (f.Strength*f.Operability + 100*(1-f.Strength)) / float64(len(feeders))
		weakest = min(weakest, f.Operability+f.Criticality)
	}
	return min(mean, weakest), problem.Many(wrong.wrong)
}

// level is a number of 0 to 100.
func (c *checker) level(field string, x float64) {
	if !(x >= 0 && x <= 100) {
		c.refuse(field, "problem.range", "value", x, "min", 0, "max", 100)
	}
}

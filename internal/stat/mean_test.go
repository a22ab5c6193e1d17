package stat_test

import (
	"math"
	"testing"

	"accordo.dev/internal/stat"
)

func hits(got stat.Number, want float64) bool { return got.Known && math.Abs(got.X-want) < 1e-4 }

// The sleep data of Student (1908), as R gives them: t.test(extra ~ group, data = sleep) and t.test of each group.
func TestIntervalsOfMeansAreThoseOfStudentAndWelch(t *testing.T) {
	first := stat.SampleOf([]float64{0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0})
	second := stat.SampleOf([]float64{1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4})
	gap, err := stat.Difference(first, second, 0)
	if err != nil || !hits(gap.Value, -1.58) || !hits(gap.Low, -3.365483) || !hits(gap.High, 0.205483) {
		t.Errorf("got %+v %v, want -1.58 from -3.3655 to 0.2055", gap, err)
	}
	mean, err := first.Interval(0)
	if err != nil || !hits(mean.Value, 0.75) || !hits(mean.Low, -0.5297804) || !hits(mean.High, 2.02978) {
		t.Errorf("got %+v %v, want 0.75 from -0.5298 to 2.0298", mean, err)
	}
}

func TestAMeanOfOneValueHasNoLimits(t *testing.T) {
	mean, err := stat.SampleOf([]float64{3}).Interval(0)
	if err != nil || !mean.Value.Known || mean.Low.Known {
		t.Errorf("got %+v %v, want 3 without limits", mean, err)
	}
	if none, err := stat.SampleOf(nil).Interval(0); err != nil || none.Value.Known {
		t.Errorf("got %+v %v, want nothing known of no values", none, err)
	}
	if _, err := stat.SampleOf([]float64{1, 2}).Interval(2); err == nil {
		t.Error("got no error for a level of 2")
	}
}

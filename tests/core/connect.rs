//! The Connect lab's rules, exponents and studies against plain references in f64, their definitions and closed forms.
#![expect(clippy::needless_range_loop, reason = "references are written as the equations are, with their indices")]

use engram::connect::adam::Adam;
use engram::connect::claims::{StudyAnswer, rank_correlation};
use engram::connect::credit::{Pathways, Room, gradient, random_feedback};
use engram::connect::ctrnn::{Course, Judged, Shape, Weights, judge, run};
use engram::connect::flossing::floss;
use engram::connect::known::{alone, gather, missing};
use engram::connect::lyapunov::{Tangent, decompose, exponents, frame};
use engram::connect::report::{StudyResult, agreement, edge, table, to_csv, trend_table};
use engram::connect::spec::{ConnectSpec, Credit, FlossGradient, TaskKind};
use engram::connect::study::{ConnectEvent, Study};
use engram::connect::summary::{Arm, InTwo, NetworkRecord, Score, Slept, summary};
use engram::connect::tasks::Trials;
use engram::connect::timing::Loss;
use engram::connect::{spec, trajectories};
use engram::reproduce::Made;
use engram::rng::Purpose;
use engram::spec::{from_hash, named, set, to_hash};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

/// A network and a minibatch of any shape, all in f64.
#[derive(Clone, Debug)]
struct Case {
    shape: Shape,
    leak: f64,
    /// From × to, as [`Weights`] has them.
    weights: Vec<f64>,
    feedback: Vec<f64>,
    steps: usize,
    batch: usize,
    input: Vec<f64>,
    target: Vec<f64>,
    mask: Vec<f64>,
    loss: Loss,
}

impl Case {
    fn recurrent(&self, to: usize, from: usize) -> f64 {
        self.weights[from * self.shape.units + to]
    }

    fn input_weight(&self, to: usize, input: usize) -> f64 {
        let n = self.shape.units;
        self.weights[n * n + input * n + to]
    }

    fn output_weight(&self, output: usize, from: usize) -> f64 {
        let Shape { units: n, inputs, .. } = self.shape;
        self.weights[n * (n + inputs) + output * n + from]
    }

    fn as_f32(&self) -> (Weights, Trials) {
        let narrow = |values: &[f64]| values.iter().map(|&v| v as f32).collect::<Vec<_>>();
        let trials = Trials {
            steps: self.steps,
            batch: self.batch,
            inputs: self.shape.inputs,
            outputs: self.shape.outputs,
            input: narrow(&self.input),
            target: narrow(&self.target),
            mask: narrow(&self.mask),
            answers: vec![(self.steps - 1..self.steps, 0); self.batch],
        };
        (Weights { shape: self.shape, values: narrow(&self.weights) }, trials)
    }

    /// h, [step][trial][unit], by the equation as it is printed.
    fn states(&self) -> Vec<Vec<Vec<f64>>> {
        let n = self.shape.units;
        let mut states: Vec<Vec<Vec<f64>>> = Vec::new();
        for t in 0..self.steps {
            let mut now = vec![vec![0.0; n]; self.batch];
            for b in 0..self.batch {
                for i in 0..n {
                    let before = |j: usize| if t == 0 { 0.0 } else { states[t - 1][b][j] };
                    let recurrent: f64 = (0..n).map(|j| self.recurrent(i, j) * before(j).max(0.0)).sum();
                    let x = &self.input[(t * self.batch + b) * self.shape.inputs..];
                    let driven: f64 = (0..self.shape.inputs).map(|k| self.input_weight(i, k) * x[k]).sum();
                    now[b][i] = self.leak * before(i) + (1.0 - self.leak) * (recurrent + driven);
                }
            }
            states.push(now);
        }
        states
    }

    fn answer(&self, state: &[f64]) -> Vec<f64> {
        let answer = |o| (0..self.shape.units).map(|i| self.output_weight(o, i) * state[i].max(0.0)).sum();
        (0..self.shape.outputs).map(answer).collect()
    }

    /// The loss, and ∂L/∂ŷ by step and trial.
    fn cost(&self) -> (f64, Vec<Vec<f64>>) {
        let counted: f64 = self.mask.iter().sum::<f64>().max(1.0);
        let states = self.states();
        let mut cost = 0.0;
        let mut errors = Vec::new();
        for row in 0..self.steps * self.batch {
            let answer = self.answer(&states[row / self.batch][row % self.batch]);
            let target = &self.target[row * self.shape.outputs..][..self.shape.outputs];
            let scale = self.mask[row] / counted;
            let total: f64 = answer.iter().map(|a| a.exp()).sum();
            let of_row: Vec<(f64, f64)> = answer
                .iter()
                .zip(target)
                .map(|(&a, &y)| match self.loss {
                    Loss::Squares => (0.5 * (a - y).powi(2), a - y),
                    Loss::CrossEntropy => (-y * (a.exp() / total).ln(), a.exp() / total - y),
                })
                .collect();
            cost += scale * of_row.iter().map(|(c, _)| c).sum::<f64>();
            errors.push(of_row.iter().map(|(_, e)| scale * e).collect());
        }
        (cost, errors)
    }

    /// The gradient of the recurrent weights, from × to, by real-time recurrent learning whose tensor ∂h_k(t)/∂W_ij goes on by as much
    /// of the Jacobian as `keeps` says: (k, l) of ∂h_k(t)/∂h_l(t − 1).
    fn by_tensor(&self, feedback: &dyn Fn(usize, usize) -> f64, keeps: &dyn Fn(usize, usize) -> f64) -> Vec<f64> {
        let n = self.shape.units;
        let states = self.states();
        let (_, errors) = self.cost();
        let mut slopes = vec![0.0; n * n];
        for b in 0..self.batch {
            // [k][i][j]
            let mut tensor = vec![0.0; n * n * n];
            for t in 0..self.steps {
                let active = |j: usize| if t > 0 && states[t - 1][b][j] > 0.0 { 1.0 } else { 0.0 };
                let mut next = vec![0.0; n * n * n];
                for k in 0..n {
                    for i in 0..n {
                        for j in 0..n {
                            let carried: f64 = (0..n)
                                .map(|l| {
                                    let own = if k == l { self.leak } else { 0.0 };
                                    let through = (1.0 - self.leak) * self.recurrent(k, l) * active(l) * keeps(k, l);
                                    (own + through) * tensor[(l * n + i) * n + j]
                                })
                                .sum();
                            let direct =
                                if k == i && t > 0 { (1.0 - self.leak) * states[t - 1][b][j].max(0.0) } else { 0.0 };
                            next[(k * n + i) * n + j] = carried + direct;
                        }
                    }
                }
                tensor = next;
                for k in (0..n).filter(|&k| states[t][b][k] > 0.0) {
                    let error = &errors[t * self.batch + b];
                    let signal: f64 = (0..self.shape.outputs).map(|o| feedback(o, k) * error[o]).sum();
                    for i in 0..n {
                        for j in 0..n {
                            slopes[j * n + i] += signal * tensor[(k * n + i) * n + j];
                        }
                    }
                }
            }
        }
        slopes
    }
}

/// Random cases; the recurrent weights are scaled so that nothing explodes.
fn case(most_units: usize, most_steps: usize) -> impl Strategy<Value = Case> {
    (1..=most_units, 1..4usize, 1..4usize, 2..=most_steps, 1..4usize, 0.0..0.9f64, any::<bool>()).prop_flat_map(
        |(units, inputs, outputs, steps, batch, leak, squares)| {
            let shape = Shape { units, inputs, outputs };
            let rows = steps * batch;
            (
                prop::collection::vec(-1.0..1.0f64, shape.weights()),
                prop::collection::vec(-1.0..1.0f64, outputs * units),
                prop::collection::vec(-1.0..1.0f64, rows * inputs),
                prop::collection::vec(0.0..1.0f64, rows * outputs),
                prop::collection::vec(prop::bool::weighted(0.8), rows),
            )
                .prop_map(move |(mut weights, feedback, input, mut target, mask)| {
                    if !squares {
                        // Actions have probabilities.
                        target.chunks_mut(outputs).for_each(|row| {
                            let total: f64 = row.iter().map(|v| v + 0.1).sum();
                            row.iter_mut().for_each(|v| *v = (*v + 0.1) / total);
                        });
                    }
                    weights[..units * units].iter_mut().for_each(|w| *w *= 1.5 / (units as f64).sqrt());
                    // As the network has them.
                    let narrow = |values: Vec<f64>| values.into_iter().map(|v| f64::from(v as f32)).collect::<Vec<_>>();
                    let mask = mask.into_iter().map(|m| f64::from(u8::from(m))).collect();
                    let loss = if squares { Loss::Squares } else { Loss::CrossEntropy };
                    let (weights, input, target) = (narrow(weights), narrow(input), narrow(target));
                    let feedback = narrow(feedback);
                    Case {
                        shape,
                        leak: f64::from(leak as f32),
                        weights,
                        feedback,
                        steps,
                        batch,
                        input,
                        target,
                        mask,
                        loss,
                    }
                })
        },
    )
}

/// What the core makes of a case.
fn computed(case: &Case, credit: Credit) -> (Course, Judged, Weights) {
    let (weights, trials) = case.as_f32();
    let (mut course, mut judged) = (Course::default(), Judged::default());
    run(&weights, case.leak as f32, &trials, &mut course);
    judge(&course, &trials, case.loss, &mut judged);
    let feedback: Vec<f32> = case.feedback.iter().map(|&v| v as f32).collect();
    let pathways = Pathways { credit, leak: case.leak as f32, feedback: &feedback };
    let mut slopes = Weights::zeros(case.shape);
    gradient(&weights, &pathways, &trials, &course, &judged, &mut Room::default(), &mut slopes);
    (course, judged, slopes)
}

/// Equal, to what single precision leaves of numbers as large as the largest of them.
fn close(found: &[f32], expected: &[f64]) -> Result<(), TestCaseError> {
    prop_assert_eq!(found.len(), expected.len());
    let largest = expected.iter().fold(0.05f64, |most, v| most.max(v.abs()));
    for (i, (&f, &e)) in found.iter().zip(expected).enumerate() {
        prop_assert!((f64::from(f) - e).abs() < 2e-5 * largest, "{i}: {f} is not {e}");
    }
    Ok(())
}

/// Whether some state is so near zero that it may be active here and silent there: no slope is defined.
fn has_kink(case: &Case, margin: f64) -> bool {
    case.states().iter().flatten().flatten().any(|h| h.abs() < margin)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn states_answers_and_loss_are_the_equations(case in case(70, 9)) {
        let (course, judged, _) = computed(&case, Credit::Bptt);
        let states = case.states();
        let rates: Vec<f64> = states.iter().flatten().flatten().map(|h| h.max(0.0)).collect();
        close(&course.rates[case.batch * case.shape.units..], &rates)?;
        let answers: Vec<f64> = states.iter().flatten().flat_map(|state| case.answer(state)).collect();
        close(&course.outputs, &answers)?;
        let (cost, errors) = case.cost();
        prop_assert!((judged.loss - cost).abs() < 1e-5 * cost.max(1.0));
        close(&judged.errors, &errors.concat())?;
    }

    #[test]
    fn bptt_is_the_gradient_by_finite_differences(case in case(7, 7)) {
        prop_assume!(!has_kink(&case, 1e-3));
        let (_, _, slopes) = computed(&case, Credit::Bptt);
        let step = 1e-6;
        let differences: Vec<f64> = (0..case.weights.len()).map(|w| {
            let moved = |by: f64| {
                let mut case = case.clone();
                case.weights[w] += by;
                case.cost().0
            };
            (moved(step) - moved(-step)) / (2.0 * step)
        }).collect();
        close(&slopes.values, &differences)?;
    }

    #[test]
    fn bptt_is_real_time_recurrent_learning_with_all_of_the_jacobian(case in case(6, 6)) {
        prop_assume!(!has_kink(&case, 1e-5));
        let (_, _, slopes) = computed(&case, Credit::Bptt);
        close(slopes.recurrent(), &case.by_tensor(&|o, k| case.output_weight(o, k), &|_, _| 1.0))?;
    }

    #[test]
    fn eprop_and_rflo_are_their_definitions(case in case(6, 6)) {
        prop_assume!(!has_kink(&case, 1e-5));
        let symmetric = |o, k| case.output_weight(o, k);
        let (_, _, slopes) = computed(&case, Credit::Eprop);
        close(slopes.recurrent(), &case.by_tensor(&symmetric, &|_, _| 0.0))?;
        let (_, _, slopes) = computed(&case, Credit::EpropSelf);
        close(slopes.recurrent(), &case.by_tensor(&symmetric, &|k, l| f64::from(u8::from(k == l))))?;
        let (_, _, slopes) = computed(&case, Credit::Rflo);
        let random = |o: usize, k: usize| case.feedback[o * case.shape.units + k];
        close(slopes.recurrent(), &case.by_tensor(&random, &|_, _| 0.0))?;
    }

    #[test]
    fn eprop_is_exact_where_units_reach_only_themselves_or_nothing(case in case(9, 8)) {
        let n = case.shape.units;
        let mut diagonal = case.clone();
        (0..n * n).filter(|place| place / n != place % n).for_each(|place| diagonal.weights[place] = 0.0);
        let bptt = computed(&diagonal, Credit::Bptt).2;
        let exact: Vec<f64> = bptt.values.iter().map(|&v| f64::from(v)).collect();
        close(&computed(&diagonal, Credit::EpropSelf).2.values, &exact)?;
        let mut none = case;
        none.weights[..n * n].fill(0.0);
        let bptt = computed(&none, Credit::Bptt).2;
        let exact: Vec<f64> = bptt.values.iter().map(|&v| f64::from(v)).collect();
        close(&computed(&none, Credit::Eprop).2.values, &exact)?;
    }

    #[test]
    fn output_weights_have_the_exact_gradient_under_every_rule(case in case(9, 8)) {
        let exact = computed(&case, Credit::Bptt).2;
        for credit in [Credit::Eprop, Credit::EpropSelf, Credit::Rflo] {
            let found = computed(&case, credit).2;
            prop_assert_eq!(found.output(), exact.output());
        }
    }

    #[test]
    fn the_exact_gradient_of_flossing_is_that_by_finite_differences(case in case(6, 12), count in 1..4usize) {
        let count = count.min(case.shape.units);
        prop_assume!(!has_kink(&case, 1e-4));
        let start = frame(case.shape.units, count, 7);
        let (loss, smallest) = flossed_loss(&case, &start);
        // Where a direction all but vanishes the slope is steeper than differences can follow.
        prop_assume!(smallest > 1e-3);
        let found = floss_of(&case, &start, FlossGradient::Exact);
        let sum: f64 = found.exponents.iter().map(|λ| λ * λ).sum();
        prop_assert!((sum - loss).abs() < 1e-6 * loss.max(1.0));
        let step = 1e-6;
        let expected: Vec<f64> = (0..case.shape.units.pow(2)).map(|w| {
            let moved = |by: f64| {
                let mut case = case.clone();
                case.weights[w] += by;
                flossed_loss(&case, &start).0
            };
            (moved(step) - moved(-step)) / (2.0 * step)
        }).collect();
        near(&found.gradient, &expected)?;
    }

    #[test]
    fn the_local_gradient_of_flossing_is_that_with_q_held(case in case(6, 12), count in 1..4usize) {
        let count = count.min(case.shape.units);
        prop_assume!(!has_kink(&case, 1e-4));
        let start = frame(case.shape.units, count, 7);
        prop_assume!(flossed_loss(&case, &start).1 > 1e-3);
        let found = floss_of(&case, &start, FlossGradient::Local);
        let step = 1e-6;
        let expected: Vec<f64> = (0..case.shape.units.pow(2)).map(|w| {
            let moved = |by: f64| {
                let mut moved = case.clone();
                moved.weights[w] += by;
                held_loss(&case, &moved, &start)
            };
            (moved(step) - moved(-step)) / (2.0 * step)
        }).collect();
        near(&found.gradient, &expected)?;
    }

    #[test]
    fn whatever_is_read_as_an_address_or_a_saved_study_is_refused_or_valid(
        text in ".{0,80}",
        field in "[a-z]{1,12}(\\.[a-z]{1,12})?",
        value in "[-0-9a-z.,\\[\\]\"]{0,20}",
        bytes in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        for hash in [text.clone(), format!("v=1&preset=connect-romo-quick&{field}={value}")] {
            if let Ok(spec) = from_hash::<ConnectSpec>(&hash) {
                prop_assert!(spec.validate().is_ok());
                prop_assert_eq!(from_hash::<ConnectSpec>(&to_hash(&spec)).unwrap(), spec);
            }
        }
        prop_assert!(Study::restore(&bytes).is_err());
        let mut damaged = Study::new(quick(&[]), 0, 1).unwrap().save();
        let place = bytes.iter().map(|&b| usize::from(b)).sum::<usize>() % damaged.len();
        damaged[place] ^= 1 << (bytes.len() % 8);
        prop_assert!(Study::restore(&damaged).is_err());
    }

    #[test]
    fn a_decomposition_gives_its_matrix_back(units in 1..20usize, count in 1..6usize, seed in any::<u32>()) {
        let count = count.min(units);
        let original: Vec<f64> = frame(units, count, seed).iter().map(|v| 3.0 * v + 0.1).collect();
        let mut q = original.clone();
        let mut r = vec![0.0; count * count];
        decompose(&mut q, units, &mut r);
        for c in 0..count {
            prop_assert!(r[c * count + c] > 0.0);
            for i in 0..units {
                let again: f64 = (0..count).map(|m| q[m * units + i] * r[m * count + c]).sum();
                prop_assert!((again - original[c * units + i]).abs() < 1e-12);
            }
            for m in 0..=c {
                let product: f64 = (0..units).map(|i| q[m * units + i] * q[c * units + i]).sum();
                prop_assert!((product - f64::from(u8::from(m == c))).abs() < 1e-12);
            }
        }
    }
}

fn near(found: &[f64], expected: &[f64]) -> Result<(), TestCaseError> {
    let largest = expected.iter().fold(1e-3f64, |most, v| most.max(v.abs()));
    for (f, e) in found.iter().zip(expected) {
        prop_assert!((f - e).abs() < 1e-4 * largest, "{} is not {}", f, e);
    }
    Ok(())
}

/// Steps that are not counted.
fn warm_up(steps: usize) -> usize {
    steps / 4
}

fn floss_of(case: &Case, start: &[f64], form: FlossGradient) -> engram::connect::flossing::Flossed {
    let (weights, trials) = case.as_f32();
    let mut course = Course::default();
    run(&weights, case.leak as f32, &trials, &mut course);
    floss(&Tangent::of(&weights, case.leak), &course, &trials, warm_up(case.steps), start, form)
}

/// One step of the decomposition, by Gram and Schmidt as they are printed: Q and the diagonal of R for J·Q.
fn pushed(case: &Case, active: &[bool], frame: &[Vec<f64>]) -> (Vec<Vec<f64>>, Vec<f64>) {
    let n = case.shape.units;
    let mut q: Vec<Vec<f64>> = Vec::new();
    let mut diagonal = Vec::new();
    for v in frame {
        let mut next = jacobian_times(case, active, v);
        for other in &q {
            let part: f64 = (0..n).map(|i| other[i] * next[i]).sum();
            (0..n).for_each(|i| next[i] -= part * other[i]);
        }
        let size = next.iter().map(|v| v * v).sum::<f64>().sqrt();
        diagonal.push(size);
        q.push(next.iter().map(|v| v / size).collect());
    }
    (q, diagonal)
}

fn jacobian_times(case: &Case, active: &[bool], v: &[f64]) -> Vec<f64> {
    let n = case.shape.units;
    let through = |i: usize| (0..n).filter(|&j| active[j]).map(|j| case.recurrent(i, j) * v[j]).sum::<f64>();
    (0..n).map(|i| case.leak * v[i] + (1.0 - case.leak) * through(i)).collect()
}

/// Which units were active before each step, [step][trial][unit].
fn activity(case: &Case) -> Vec<Vec<Vec<bool>>> {
    let mut active = vec![vec![vec![false; case.shape.units]; case.batch]];
    active.extend(case.states().iter().map(|at| at.iter().map(|s| s.iter().map(|&h| h > 0.0).collect()).collect()));
    active
}

fn columns(start: &[f64], units: usize) -> Vec<Vec<f64>> {
    start.chunks(units).map(<[f64]>::to_vec).collect()
}

/// Σ λ² with everything computed anew, and the smallest R_ii on the way.
fn flossed_loss(case: &Case, start: &[f64]) -> (f64, f64) {
    let active = activity(case);
    let mut sums = vec![0.0; start.len() / case.shape.units];
    let mut smallest = f64::INFINITY;
    for b in 0..case.batch {
        let mut q = columns(start, case.shape.units);
        for t in 0..case.steps {
            let (next, diagonal) = pushed(case, &active[t][b], &q);
            q = next;
            for (sum, r) in sums.iter_mut().zip(diagonal) {
                smallest = smallest.min(r);
                *sum += if t >= warm_up(case.steps) { (r + 1e-12).ln() } else { 0.0 };
            }
        }
    }
    (squared(case, &sums), smallest)
}

fn squared(case: &Case, sums: &[f64]) -> f64 {
    let count = ((case.steps - warm_up(case.steps)) * case.batch) as f64;
    sums.iter().map(|sum| (sum / count).powi(2)).sum()
}

/// Σ λ² where the frames are those of `held` and the weights those of `moved`: R_ii is what of J·q_i leads along the q_i of `held`,
/// R⁻¹ undoing what the directions before it do.
fn held_loss(held: &Case, moved: &Case, start: &[f64]) -> f64 {
    let n = held.shape.units;
    let active = activity(held);
    let count = start.len() / n;
    let mut sums = vec![0.0; count];
    for b in 0..held.batch {
        let mut q = columns(start, n);
        for t in 0..held.steps {
            let (next, diagonal) = pushed(held, &active[t][b], &q);
            if t >= warm_up(held.steps) {
                let triangle = |case: &Case| -> Vec<Vec<f64>> {
                    let columns: Vec<Vec<f64>> = q.iter().map(|v| jacobian_times(case, &active[t][b], v)).collect();
                    next.iter().map(|q| columns.iter().map(|c| (0..n).map(|i| q[i] * c[i]).sum()).collect()).collect()
                };
                let (r, changed) = (triangle(held), triangle(moved));
                for i in 0..count {
                    // ln R_ii to first order: ln R_ii + [Qᵀ (J' − J) Q R⁻¹]_ii.
                    let off: Vec<f64> = (0..count).map(|m| changed[i][m] - r[i][m]).collect();
                    sums[i] += (diagonal[i] + 1e-12).ln() + times_inverse(&off, &r)[i];
                }
            }
            q = next;
        }
    }
    squared(held, &sums)
}

/// row · R⁻¹ for an upper triangle.
fn times_inverse(row: &[f64], r: &[Vec<f64>]) -> Vec<f64> {
    let mut x = row.to_vec();
    for c in 0..x.len() {
        for m in 0..c {
            x[c] -= x[m] * r[m][c];
        }
        x[c] /= r[c][c];
    }
    x
}

fn quick(fields: &[(&str, &str)]) -> ConnectSpec {
    let small = [
        ("network.units", "12"),
        ("gains", "[0.5,1.2]"),
        ("training.iterations", "40"),
        ("training.batch", "4"),
        ("training.window", "15"),
        ("training.rates", "[0.001,0.003]"),
        ("exponents.count", "3"),
        ("seeds", "2"),
    ];
    let spec = named::<ConnectSpec>("connect-romo-quick").unwrap();
    set(&set(spec, &small).unwrap(), fields).unwrap()
}

/// Exponents of a network with these recurrent weights (from × to) and input weights.
fn spectrum_of(spec: &ConnectSpec, fill: impl Fn(&mut Weights)) -> Vec<f64> {
    let mut weights = Weights::zeros(Shape::of(spec));
    fill(&mut weights);
    exponents(&weights, spec, 3)
}

#[test]
fn exponents_of_silent_units_and_of_a_scaled_identity_are_exact() {
    for (tau, leak) in [("1", 0.5), ("2", 0.75), ("0.5", 0.0f64)] {
        let spec = quick(&[("network.tau", tau), ("exponents.count", "12"), ("task", "romo")]);
        let silent = spectrum_of(&spec, |w| w.parts_mut().1.fill(-1.0));
        let expected = (leak + 1e-12).ln();
        assert!(silent.iter().all(|λ| (λ - expected).abs() < 1e-9), "τ {tau}: {silent:?} is not {expected}");
        // Driven to below zero; the stimulus is above zero, and so all are silent.
        for c in [0.3f32, 1.0, 1.4] {
            let spec = quick(&[
                ("network.tau", tau),
                ("task", "two_af"),
                ("network.tau", &format!("{}", 100.0 / (1.0 - leak))),
            ]);
            let active = spectrum_of(&spec, |w| {
                (0..12).for_each(|i| w.recurrent_mut()[i * 12 + i] = c);
                w.parts_mut().1[..12].fill(5.0);
            });
            let expected = (leak + (1.0 - leak) * f64::from(c)).ln();
            // Only the very first step, in the warm-up, finds units silent.
            assert!(active.iter().all(|λ| (λ - expected).abs() < 1e-6), "c {c}: {active:?} is not {expected}");
        }
    }
}

#[test]
fn gains_scale_the_same_draws_and_have_the_spread_that_is_asked() {
    let shape = Shape { units: 100, inputs: 1, outputs: 2 };
    let (small, large) = (Weights::initial(shape, 0.5, 4), Weights::initial(shape, 1.0, 4));
    assert!(small.recurrent().iter().zip(large.recurrent()).all(|(s, l)| (2.0 * s - l).abs() < 1e-6));
    assert_eq!((small.input(), small.output()), (large.input(), large.output()));
    let squares: f32 = large.recurrent().iter().map(|w| w * w).sum();
    assert!((squares / 100.0 - 1.0).abs() < 0.05, "10,000 draws of variance 1/100 sum up to 100: {squares}");
    assert!(large.input().iter().all(|w| w.abs() <= 1.0) && large.input().iter().any(|w| w.abs() > 0.8));
    assert!(large.output().iter().all(|w| w.abs() <= 0.1) && large.output().iter().any(|w| w.abs() > 0.08));
    let feedback = random_feedback(shape, 4);
    assert_ne!(feedback, large.output());
    assert!(feedback.iter().all(|w| w.abs() <= 0.1));
}

#[test]
fn adam_takes_the_steps_of_its_algorithm() {
    let mut adam = Adam::new(2);
    let mut weights = [1.0f32, -1.0];
    let (mut mean, mut square, mut expected) = ([0.0f64; 2], [0.0f64; 2], [1.0f64, -1.0]);
    for (step, gradient) in [[0.5f32, -2.0], [0.25, 1.0], [-1.0, 3.0]].into_iter().enumerate() {
        adam.step(&mut weights, &gradient, 0.01);
        for i in 0..2 {
            let slope = f64::from(gradient[i]);
            mean[i] = 0.9 * mean[i] + 0.1 * slope;
            square[i] = 0.999 * square[i] + 0.001 * slope * slope;
            let corrected =
                (mean[i] / (1.0 - 0.9f64.powi(step as i32 + 1)), square[i] / (1.0 - 0.999f64.powi(step as i32 + 1)));
            expected[i] -= 0.01 * corrected.0 / (corrected.1.sqrt() + 1e-8);
            assert!((f64::from(weights[i]) - expected[i]).abs() < 1e-6);
        }
    }
}

#[test]
fn romo_trials_are_as_they_are_defined() {
    let (mut first_larger, mut delays) = (0, [0usize; 17]);
    for n in 0..2000 {
        let trial = TaskKind::Romo.trial(1, Purpose::Trial, 0, n);
        let at = |name: &str| trial.epochs.iter().find(|epoch| epoch.name == name).unwrap().steps;
        let (one, two, wait, decision) = (at("first stimulus"), at("second stimulus"), at("wait"), at("decision"));
        assert_eq!(at("fixation"), (0, 6));
        assert_eq!((one.0, one.1 - one.0, two.1 - two.0), (6, 2, 2));
        assert_eq!((wait.1 - wait.0, decision.1 - decision.0), (10, 20));
        assert_eq!(trial.decision, decision);
        let delay = two.0 - one.1;
        assert!((4..=16).contains(&delay));
        delays[delay] += 1;
        let amplitudes = [trial.input[one.0], trial.input[two.0]];
        assert!(amplitudes.iter().all(|a| (0.5..=1.5).contains(a)));
        assert!((amplitudes[0] - amplitudes[1]).abs() >= 0.2 - 1e-6);
        assert_eq!(trial.right, usize::from(amplitudes[1] > amplitudes[0]));
        first_larger += 1 - trial.right;
        for t in 0..trial.mask.len() {
            let shown = if (one.0..one.1).contains(&t) {
                amplitudes[0]
            } else if (two.0..two.1).contains(&t) {
                amplitudes[1]
            } else {
                0.0
            };
            assert_eq!(trial.input[t], shown);
            let decides = (decision.0..decision.1).contains(&t);
            let wanted = |o: usize| if decides && o == trial.right { 0.5 } else { 0.0 };
            assert_eq!(trial.target[2 * t..2 * t + 2], [wanted(0), wanted(1)]);
            assert_eq!(trial.mask[t], f32::from(u8::from(t < two.1 || decides)));
        }
    }
    assert!((900..1100).contains(&first_larger), "{first_larger} of 2,000");
    // Rounded to whole steps, the two ends come half as often as the others.
    assert!(delays[5..16].iter().all(|&n| (110..230).contains(&n)), "{delays:?}");
}

#[test]
fn evidence_has_the_coherence_and_the_noise_that_are_asked() {
    let mut sides = [0; 2];
    let mut by_coherence: Vec<Vec<f64>> = vec![Vec::new(); 5];
    let mut noise = Vec::new();
    for n in 0..4000 {
        let trial = TaskKind::TwoAf.trial(2, Purpose::Trial, 5, n);
        assert_eq!(trial.mask, vec![1.0; 22]);
        sides[trial.right - 1] += 1;
        let shown = |t: usize, side: usize| f64::from(trial.input[3 * t + 1 + side]);
        let side = trial.right - 1;
        let lean = (1..21).map(|t| shown(t, side) - shown(t, 1 - side)).sum::<f64>() / 20.0;
        // The difference of the sides is coherence/100, give or take .1·√2/√20 = .032.
        let nearest = [0.0, 0.064, 0.128, 0.256, 0.512]
            .iter()
            .enumerate()
            .min_by(|a, b| (lean - a.1).abs().total_cmp(&(lean - b.1).abs()))
            .unwrap()
            .0;
        by_coherence[nearest].push(lean);
        noise.extend((1..21).map(|t| shown(t, 0) + shown(t, 1) - 1.0));
        for t in 0..22 {
            let (fixates, acts) = (f32::from(u8::from(t < 21)), f32::from(u8::from(t == 21)));
            assert_eq!(trial.input[3 * t], fixates);
            assert_eq!(trial.target[3 * t], fixates);
            assert_eq!(trial.target[3 * t + trial.right], acts);
            assert!(t == 0 || t == 21 || shown(t, 0) != 0.0);
        }
        assert_eq!((shown(0, 0), shown(21, 1)), (0.0, 0.0));
    }
    assert!((1850..2150).contains(&sides[0]));
    let strong = &by_coherence[4];
    assert!((700..900).contains(&strong.len()), "{}", strong.len());
    assert!((strong.iter().sum::<f64>() / strong.len() as f64 - 0.512).abs() < 0.005);
    let variance = noise.iter().map(|v| v * v).sum::<f64>() / noise.len() as f64;
    assert!((variance - 0.02).abs() < 0.001, "two sides of .1² each: {variance}");
}

#[test]
fn samples_match_half_of_the_time_and_are_seen_in_noise() {
    let (mut matches, mut samples) = (0, 0);
    let mut noise = Vec::new();
    for n in 0..2000 {
        let trial = TaskKind::Dms.trial(3, Purpose::Trial, 0, n);
        assert_eq!(trial.mask, vec![1.0; 32]);
        let mean = |from: usize, until: usize, d: usize| {
            (from..until).map(|t| f64::from(trial.input[3 * t + 1 + d])).sum::<f64>() / (until - from) as f64
        };
        let (sample, test) = (mean(3, 8, 1) > 0.5, mean(18, 23, 1) > 0.5);
        assert_eq!(trial.right, if sample == test { 1 } else { 2 });
        matches += usize::from(sample == test);
        samples += usize::from(sample);
        noise.extend((3..8).map(|t| f64::from(trial.input[3 * t + 1 + usize::from(sample)]) - 1.0));
        for t in 0..32 {
            assert_eq!(trial.input[3 * t], f32::from(u8::from(t < 23)));
            assert_eq!(trial.target[3 * t], f32::from(u8::from(t < 23)));
            assert_eq!(trial.target[3 * t + trial.right], f32::from(u8::from(t >= 23)));
            if !(3..8).contains(&t) && !(18..23).contains(&t) {
                assert_eq!(trial.input[3 * t + 1..3 * t + 3], [0.0, 0.0]);
            }
        }
    }
    assert!((900..1100).contains(&matches) && (900..1100).contains(&samples), "{matches} and {samples} of 2,000");
    let variance = noise.iter().map(|v| v * v).sum::<f64>() / noise.len() as f64;
    assert!((variance - 0.01).abs() < 0.001, "{variance}");
}

#[test]
fn trials_of_a_minibatch_are_its_trials_and_padding_that_does_not_count() {
    let trials = TaskKind::Romo.trials(9, Purpose::Trial, 4, 6);
    assert!(trials.steps <= TaskKind::Romo.timing().steps);
    for b in 0..6 {
        let trial = TaskKind::Romo.trial(9, Purpose::Trial, 4, b as u32);
        for t in 0..trials.steps {
            let row = t * 6 + b;
            assert_eq!(trials.mask[row], trial.mask.get(t).copied().unwrap_or(0.0));
            assert_eq!(trials.input[row], trial.input.get(t).copied().unwrap_or(0.0));
        }
    }
    assert_ne!(trials, TaskKind::Romo.trials(9, Purpose::Trial, 5, 6));
    assert_ne!(trials, TaskKind::Romo.trials(8, Purpose::Trial, 4, 6));
}

/// All events of a study.
fn events(mut study: Study) -> (Study, Vec<ConnectEvent>) {
    let events = study.by_ref().collect();
    (study, events)
}

fn records(study: &Study) -> Vec<NetworkRecord> {
    let mut numbered: Vec<_> = study.records().map(|(number, record)| (number, record.clone())).collect();
    numbered.sort_by_key(|(number, _)| *number);
    numbered.into_iter().map(|(_, record)| record).collect()
}

#[test]
fn a_study_is_the_same_repeated_shared_out_and_resumed() {
    let fields =
        [("flossing.when", "both"), ("flossing.iterations", "3"), ("rules", "[\"bptt\",\"rflo\"]"), ("sleep", SLEEP)];
    let spec = quick(&fields);
    let (whole, told) = events(Study::new(spec.clone(), 0, 1).unwrap());
    assert!(whole.is_over());
    assert_eq!(records(&whole).len(), spec.replicas());
    let fractions: Vec<f64> = told
        .iter()
        .filter_map(|event| if let ConnectEvent::Progress { fraction, .. } = event { Some(*fraction) } else { None })
        .collect();
    assert!(fractions.is_sorted() && *fractions.last().unwrap() == 1.0);

    let shares: Vec<Study> = (0..3).map(|share| events(Study::new(spec.clone(), share, 3).unwrap()).0).collect();
    let mut numbered: Vec<_> = shares.iter().flat_map(|study| study.records().map(|(n, r)| (n, r.clone()))).collect();
    numbered.sort_by_key(|(number, _)| *number);
    assert_eq!(numbered.iter().map(|(n, _)| *n).collect::<Vec<_>>(), (0..spec.replicas() as u32).collect::<Vec<_>>());
    assert_eq!(numbered.into_iter().map(|(_, record)| record).collect::<Vec<_>>(), records(&whole));

    // Saved and restored after every few events, in flossing, in training and asleep alike.
    let mut study = Study::new(spec.clone(), 0, 1).unwrap();
    let mut count = 0;
    while study.next().is_some() {
        count += 1;
        if count % 17 == 0 {
            study = Study::restore(&study.save()).unwrap();
        }
    }
    assert_eq!(records(&study), records(&whole));
    for (number, _) in whole.records() {
        assert_eq!(study.weights(number), whole.weights(number));
    }
}

/// Three slices of it.
const SLEEP: &str = r#"{"stdp":"soft","steps":1100,"rate":2,"window":null,"leak":0.95,"gain_hidden":5,"gain_output":2,"feedback":0,
"threshold_hidden":1,"threshold_output":1,"inc":0.0001,"dec_ratio":0.25,"output_scale":1,"homeostasis":0.5,"target_rate":1}"#;

/// Sleep comes after training, and changes nothing of it; without plasticity it changes nothing at all.
#[test]
fn trained_networks_sleep_and_are_measured_again() {
    let ended = |sleep: &str| records(&events(Study::new(quick(&[("sleep", sleep)]), 0, 1).unwrap()).0);
    let (awake, slept, still) = (ended("null"), ended(SLEEP), ended(&SLEEP.replace("0.0001", "0")));
    for ((awake, slept), still) in awake.iter().zip(&slept).zip(&still) {
        assert_eq!((&awake.curve, awake.test, &awake.trained), (&slept.curve, slept.test, &slept.trained));
        let (of, unmoved) = (slept.slept.as_ref().unwrap(), still.slept.as_ref().unwrap());
        assert_eq!((awake.slept.as_ref(), Some(unmoved.test)), (None, awake.test));
        assert_eq!((&unmoved.exponents, unmoved.spikes.len()), (&awake.trained, 3));
        assert!(of.spikes[0] > 0.0 && of.spikes[1] > 0.0 && of.exponents.len() == awake.trained.len());
    }
    let moved = |record: &NetworkRecord| record.slept.as_ref().map(|slept| slept.test) != record.test;
    assert!(slept.iter().filter(|record| moved(record)).count() > slept.len() / 2);
    let spec = quick(&[("sleep", SLEEP)]);
    let lines = summary(&spec, &slept);
    assert!(lines.iter().all(|line| line.slept.as_ref().is_some_and(|slept| slept.test_loss.n == 2)));
    assert!(table(&lines, &spec).contains("after sleep") && !table(&lines, &quick(&[])).contains("after sleep"));
    let refused = |field, value| engram::spec::set(&spec, &[(field, value)]).unwrap_err().to_string();
    assert!(refused("sleep.window", "5").contains("trials are no images"));
    assert!(refused("sleep.growth", "5").contains("there is one sleep"));
    assert!(refused("sleep.rate", "-1").contains("sleep.rate"));
}

#[test]
fn networks_of_a_seed_begin_alike_and_see_the_same() {
    let spec = quick(&[("rules", "[\"bptt\",\"eprop\"]"), ("training.iterations", "15")]);
    let (study, _) = events(Study::new(spec, 0, 1).unwrap());
    let of = |rule: Credit, gain: f64, seed: u32| {
        let found = records(&study)
            .into_iter()
            .find(|r| (r.arm.rule, r.arm.gain, r.arm.seed, r.arm.rate) == (rule, gain, seed, 0.001));
        found.unwrap()
    };
    let (bptt, eprop) = (of(Credit::Bptt, 0.5, 0), of(Credit::Eprop, 0.5, 0));
    assert_eq!(bptt.untrained, eprop.untrained);
    assert_ne!(bptt.curve, eprop.curve);
    assert_ne!(bptt.untrained, of(Credit::Bptt, 0.5, 1).untrained);
    assert!(bptt.untrained[0] < of(Credit::Bptt, 1.2, 0).untrained[0], "a larger gain has a larger exponent");
    assert!(bptt.untrained.is_sorted_by(|a, b| a >= b));
}

#[test]
fn training_lowers_the_loss_under_every_rule_and_flossing_moves_exponents_to_zero() {
    let fields = [
        ("network.units", "32"),
        ("gains", "[0.5]"),
        ("seeds", "1"),
        ("training.iterations", "300"),
        ("training.window", "30"),
        ("training.batch", "16"),
        ("training.rates", "[0.001]"),
        ("rules", "[\"bptt\",\"eprop\",\"eprop_self\",\"rflo\"]"),
        ("flossing.when", "both"),
        ("flossing.iterations", "60"),
        ("flossing.rate", "0.003"),
        ("flossing.exponents", "1"),
        ("exponents.count", "2"),
    ];
    for task in ["romo", "two_af", "dms"] {
        let tau = if task == "romo" { "1" } else { "200" };
        let spec = set(&quick(&fields), &[("task", task), ("network.tau", tau)]).unwrap();
        let (study, _) = events(Study::new(spec, 0, 1).unwrap());
        for record in records(&study) {
            let (first, last) = (record.curve[0].loss, record.curve[9].loss);
            assert!(last < 0.9 * first, "{task} {:?}: {first} to {last}", record.arm);
            if record.arm.flossed {
                assert!(
                    record.flossed[0].abs() < 0.5 * record.untrained[0].abs(),
                    "{task}: {:?} to {:?}",
                    record.untrained,
                    record.flossed
                );
            }
            let test = record.test.unwrap();
            assert!((test.loss - last).abs() < 0.5 * last, "{task}: {} on new trials, {last} at the end", test.loss);
        }
    }
}

#[test]
fn a_rate_that_diverges_is_told_and_does_not_count() {
    let spec = quick(&[
        ("training.rates", "[1,0.001]"),
        ("gains", "[8]"),
        ("rules", "[\"bptt\"]"),
        ("training.iterations", "60"),
    ]);
    let (study, _) = events(Study::new(spec.clone(), 0, 1).unwrap());
    let all = records(&study);
    assert!(all.iter().any(|record| record.diverged.is_some()), "a gain of 8 explodes with a rate of 1");
    let lines = summary(&spec, &all);
    assert_eq!(lines.len(), 1);
    assert!(lines[0].loss.iter().all(|at| at.mean.is_finite()));
}

#[test]
fn a_summary_takes_the_best_rate_of_each_line_and_its_mean_over_seeds() {
    let spec = quick(&[]);
    let (study, _) = events(Study::new(spec.clone(), 0, 1).unwrap());
    let all = records(&study);
    let lines = summary(&spec, &all);
    assert_eq!(lines.len(), spec.gains.len() * spec.rules.len());
    for line in &lines {
        let late = |rate: f64| {
            let of_rate: Vec<&NetworkRecord> =
                all.iter().filter(|r| (r.arm.gain, r.arm.rule, r.arm.rate) == (line.gain, line.rule, rate)).collect();
            (of_rate.iter().map(|r| r.curve.last().unwrap().loss).sum::<f64>() / 2.0, of_rate)
        };
        // Before iteration 200 the latest window is what there is to judge by.
        let (chosen, records) = late(line.rate);
        assert!(spec.training.rates.iter().all(|&rate| late(rate).0 >= chosen));
        assert!((line.learning.unwrap().mean - chosen).abs() < 1e-12);
        let tests: Vec<f64> = records.iter().map(|r| r.test.unwrap().loss).collect();
        let (mean, test) = ((tests[0] + tests[1]) / 2.0, line.test_loss.unwrap());
        assert!((test.mean - mean).abs() < 1e-12 && test.n == 2);
        assert!((test.sd.unwrap() - (tests[0] - tests[1]).abs() / 2f64.sqrt()).abs() < 1e-12);
        assert_eq!(line.loss.len(), 3, "40 iterations are two windows of 15 and one of 10");
    }
}

/// A network with this loss in each window and this test accuracy.
fn curved(spec: &ConnectSpec, rate: f64, seed: u32, losses: &[f64], accuracy: f64) -> NetworkRecord {
    let loss = *losses.last().unwrap();
    NetworkRecord {
        arm: Arm { gain: spec.gains[0], rule: spec.rules[0], rate, flossed: false, seed },
        curve: losses.iter().map(|&loss| Score { loss, accuracy }).collect(),
        test: Some(Score { loss, accuracy }),
        untrained: vec![-0.5],
        flossed: Vec::new(),
        trained: vec![-0.1],
        slept: None,
        diverged: None,
    }
}

/// What comes before iteration 200 is not judged, not even by where it leads; the end is told beside it.
#[test]
fn one_measure_chooses_the_rate_and_is_told_the_loss_from_iteration_200_on() {
    let fields = [("gains", "[0.5]"), ("rules", "[\"bptt\"]"), ("training.iterations", "1000")];
    let spec = quick(&[&fields[..], &[("training.window", "90")]].concat());
    // Twelve windows; from iteration 200 on are those after the third.
    let (slow, quick) =
        ([9.0, 9.0, 9.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.1], [1.0; 12].map(|loss| 0.7 * loss));
    let of = |seed| [curved(&spec, 0.001, seed, &slow, 0.9), curved(&spec, 0.003, seed, &quick, 0.9)];
    let all: Vec<NetworkRecord> = (0..2).flat_map(of).collect();
    let lines = summary(&spec, &all);
    assert_eq!((lines.len(), lines[0].rate), (1, 0.003), "0.7 is less than 8.1 / 9, whatever the ends are");
    assert!((all[0].learning(&spec.training).unwrap() - 8.1 / 9.0).abs() < 1e-12);
    assert!((all[0].end().unwrap() - 0.55).abs() < 1e-12, "the last two of twelve windows");
    assert!((lines[0].learning.unwrap().mean - 0.7).abs() < 1e-12 && (lines[0].end.unwrap().mean - 0.7).abs() < 1e-12);
    let told = table(&lines, &spec);
    assert!(told.contains("| 0.003, the largest |"), "{told}");
    assert_eq!([0.1, 0.2, 0.3].map(|rate| edge(rate, &[0.2, 0.1, 0.3])), [", the smallest", "", ", the largest"]);
    assert_eq!(edge(0.1, &[0.1]), "", "one rate has no edge");
}

/// A network that explodes counts as diverged though its numbers stay finite and though it comes back; a rate under which fewer diverge
/// is the better one.
#[test]
fn a_loss_a_hundred_times_that_of_the_first_window_is_divergence() {
    let spec = quick(&[("gains", "[0.5]"), ("rules", "[\"bptt\"]")]);
    let exploded = curved(&spec, 0.001, 0, &[1.0, 101.0, 0.1], 0.9);
    assert!(exploded.has_diverged() && !curved(&spec, 0.001, 0, &[1.0, 99.0, 0.1], 0.9).has_diverged());
    let all = [
        exploded,
        curved(&spec, 0.001, 1, &[1.0, 0.1, 0.1], 0.9),
        curved(&spec, 0.003, 0, &[1.0, 0.5, 0.5], 0.9),
        curved(&spec, 0.003, 1, &[1.0, 0.5, 0.5], 0.9),
    ];
    let lines = summary(&spec, &all);
    assert_eq!((lines[0].rate, lines[0].diverged), (0.003, 0));
    let lines = summary(&spec, &all[..2]);
    assert_eq!((lines[0].diverged, lines[0].test_loss.unwrap().n), (1, 1), "kept, and said");
    assert!(table(&lines, &spec).contains("| 1, 1 diverged |"));
}

#[test]
fn seeds_that_solve_a_task_while_others_do_not_are_told_apart() {
    let split = InTwo::of(&[0.5, 1.0, 0.98, 0.54, 0.99]).unwrap();
    assert_eq!((split.solved, split.of), (3, 5));
    assert!((split.accuracy - 0.99).abs() < 1e-12 && (split.others - 0.52).abs() < 1e-12);
    assert_eq!(InTwo::of(&[0.5, 0.6, 0.7, 0.8, 0.9]), None, "spread, and not in two");
    assert_eq!(InTwo::of(&[0.5]), None);
    let spec = quick(&[("gains", "[0.5]"), ("rules", "[\"bptt\"]"), ("training.rates", "[0.001]")]);
    let all = [curved(&spec, 0.001, 0, &[0.1], 1.0), curved(&spec, 0.001, 1, &[0.1], 0.5)];
    assert!(table(&summary(&spec, &all), &spec).contains("; 1 of 2 solved it (100.0), others 50.0 |"));
}

/// Records come from files too: what a study cannot have measured brings nothing down.
#[test]
fn a_summary_bears_records_that_lack_what_was_to_be_measured() {
    let spec = quick(&[("gains", "[0.5]"), ("rules", "[\"bptt\"]"), ("sleep", SLEEP)]);
    let mut record = curved(&spec, 0.001, 0, &[0.1], 1.0);
    record.slept = Some(Slept { test: record.test.unwrap(), exponents: Vec::new(), spikes: Vec::new() });
    (record.untrained, record.trained) = (Vec::new(), Vec::new());
    let lines = summary(&spec, &[record]);
    assert_eq!((lines[0].slept.is_none(), lines[0].before, lines[0].after), (true, None, None));
}

/// The body of a saved study, signed anew.
fn signed(saved: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let magic = saved.iter().position(|&byte| byte == b'\n').unwrap() + 1;
    let mut body = saved[magic + 32..].to_vec();
    change(&mut body);
    [&saved[..magic], &Sha256::digest(&body), &body].concat()
}

/// Whatever a saved study says, it is refused or comes to an end.
#[test]
fn a_study_with_any_byte_changed_and_signed_anew_is_refused_or_ends() {
    let fields = [
        ("network.units", "2"),
        ("exponents.count", "1"),
        ("exponents.series", "1"),
        ("exponents.trials", "2"),
        ("flossing.when", "both"),
        ("flossing.exponents", "1"),
        ("flossing.iterations", "2"),
        ("gains", "[0.5]"),
        ("seeds", "1"),
        ("training.iterations", "3"),
        ("training.batch", "1"),
        ("training.window", "2"),
        ("training.rates", "[0.001]"),
        ("rules", "[\"bptt\"]"),
    ];
    let spec = quick(&fields);
    let mut study = Study::new(spec.clone(), 0, 1).unwrap();
    let most = events(Study::new(spec, 0, 1).unwrap()).1.len();
    let mut accepted = 0;
    for _ in 0..most / 3 {
        (0..3).for_each(|_| drop(study.next()));
        let saved = study.save();
        assert!(Study::restore(&signed(&saved, |_| {})).is_ok());
        // The Spec is JSON-like and comes first; what follows it are counters, numbers and lengths.
        let length = saved.len();
        for place in (0..length).step_by(3) {
            for by in [1u8, 0x40, 0x7f, 0xff] {
                let change = |body: &mut Vec<u8>| {
                    let place = place % body.len();
                    body[place] = body[place].wrapping_add(by);
                };
                let Ok(changed) = Study::restore(&signed(&saved, change)) else { continue };
                let is_small = changed.spec().network.units <= 4 && changed.spec().training.iterations <= 100;
                if !is_small || changed.spec().exponents.trials > 9 || changed.spec().flossing.iterations > 100 {
                    continue;
                }
                accepted += 1;
                let count = changed.take(40 * most).count();
                assert!(count < 40 * most, "byte {place} + {by}: it never ends");
            }
        }
    }
    assert!(accepted > 100, "{accepted}: weights may be any numbers");
}

/// Flossed networks do not hold the others up: those are trained while flossing goes on.
#[test]
fn what_needs_no_flossing_learns_while_the_rest_is_flossed() {
    let fields = [("flossing.when", "both"), ("flossing.iterations", "30"), ("rules", "[\"eprop\"]")];
    let (_, told) = events(Study::new(quick(&fields), 0, 1).unwrap());
    let learnt =
        |event: &ConnectEvent| matches!(event, ConnectEvent::Network { record, .. } if !record.curve.is_empty());
    let flosses = |event: &ConnectEvent| matches!(event, ConnectEvent::Flossing { .. });
    let (first, last) = (told.iter().position(learnt).unwrap(), told.iter().rposition(flosses).unwrap());
    assert!(first < last, "event {first} is the first point of a curve, {last} the last of flossing");
    let flossed_before = told[..first].iter().filter(|event| flosses(event)).count();
    assert!(flossed_before < 8, "{flossed_before} of 120 iterations of flossing");
}

#[test]
fn networks_that_studies_share_are_trained_once() {
    let both = quick(&[("flossing.when", "both"), ("rules", "[\"bptt\",\"eprop\"]")]);
    let local = set(&both, &[("flossing.gradient", "local"), ("rules", "[\"eprop\"]")]).unwrap();
    let plain = quick(&[("rules", "[\"eprop\"]"), ("flossing.exponents", "2")]);
    let mut asked = Vec::new();
    let mut new = |spec: &ConnectSpec| {
        let is_known = |alone: &ConnectSpec| {
            let is_known = asked.contains(alone);
            asked.push(alone.clone());
            is_known
        };
        missing(spec, is_known).iter().map(ConnectSpec::replicas).sum::<usize>()
    };
    assert_eq!(new(&plain), plain.replicas());
    // e-prop without flossing is there; the others are two rules flossed, and BPTT not.
    assert_eq!(new(&both), 3 * plain.replicas());
    assert_eq!(new(&local), plain.replicas(), "flossed otherwise they are other networks");
    // What they are trained as alone is what they are in their study.
    let (study, _) = events(Study::new(both.clone(), 0, 1).unwrap());
    let all = records(&study);
    let (alone_trained, _) = events(Study::new(alone(&both, &all[9].arm), 0, 1).unwrap());
    assert_eq!(records(&alone_trained), [all[9].clone()]);
    let found = gather(&both, |spec| all.iter().find(|record| alone(&both, &record.arm) == *spec).cloned());
    assert_eq!(found, all);
}

#[test]
fn broken_studies_are_refused_in_words() {
    let study = Study::new(quick(&[]), 0, 1).unwrap();
    let saved = study.save();
    let refused = |bytes: &[u8]| Study::restore(bytes).err().expect("refused").to_string();
    assert!(refused(b"").contains("not a study that this version saved"));
    assert!(refused(&saved[..30]).contains("cut short"));
    assert!(refused(&saved[..saved.len() - 1]).contains("damaged"));
    let mut flipped = saved.clone();
    *flipped.last_mut().unwrap() ^= 1;
    assert!(refused(&flipped).contains("damaged"));
    assert!(Study::restore(&saved).is_ok());
}

#[test]
fn specs_are_read_linked_and_refused_in_words() {
    for preset in spec::presets() {
        preset.spec.validate().unwrap();
        assert_eq!(from_hash::<ConnectSpec>(&to_hash(&preset.spec)).unwrap(), preset.spec);
    }
    let spec = quick(&[("flossing.when", "both")]);
    assert_eq!(from_hash::<ConnectSpec>(&to_hash(&spec)).unwrap(), spec);
    let refused = |field: (&str, &str)| set(&spec, &[field]).expect_err("refused").to_string();
    assert!(refused(("network.tau", "0.2")).contains("`network.tau` is 0.2, but from 0.5"));
    assert!(refused(("rules", "[]")).contains("rules"));
    assert!(refused(("rules", "[\"bptt\",\"bptt\"]")).contains("each named once"));
    assert!(refused(("rules", "[\"hebb\"]")).contains("hebb"));
    assert!(refused(("gains", "[1,1]")).contains("each number is named once"));
    assert!(refused(("exponents.count", "13")).contains("exponents.count"));
    assert!(refused(("network.units", "none")).contains("not a whole number"));
    assert!(refused(("seeds", "0")).contains("seeds"));
    let many = [("network.units", "512"), ("seeds", "100"), ("gains", "[1,2,3]")];
    assert!(set(&spec, &many).expect_err("refused").to_string().contains("more than"));
}

#[test]
fn a_network_that_is_shown_answers_as_it_is_judged_and_its_ways_lie_in_the_plane_of_most_variance() {
    let spec = quick(&[("task", "dms"), ("network.tau", "200")]);
    let (study, _) = events(Study::new(spec.clone(), 0, 1).unwrap());
    let weights = study.weights(0).unwrap();
    let shown = trajectories::show(weights, &spec, 0, 3);
    assert_eq!(shown.trial, spec.task.trial(0, Purpose::Test, 0, 3));
    assert_eq!((shown.answer.len(), shown.rates.len()), (32 * 3, 32 * 12));
    assert!(shown.answer.chunks(3).all(|p| (p.iter().sum::<f32>() - 1.0).abs() < 1e-5));
    let ways = trajectories::trajectories(weights, &spec, 0);
    assert!(ways.explained.0 >= ways.explained.1 && ways.explained.0 + ways.explained.1 <= 1.0 + 1e-9);
    assert!(ways.explained.0 > 1.0 / 12.0, "more than a direction by chance");
    let places: Vec<(f32, f32)> = ways.ways.iter().flat_map(|way| way.places.clone()).collect();
    let mean = places.iter().map(|p| f64::from(p.0)).sum::<f64>() / places.len() as f64;
    let both: f64 = places.iter().map(|p| f64::from(p.0) * f64::from(p.1)).sum::<f64>() / places.len() as f64;
    let spread: f64 = places.iter().map(|p| f64::from(p.0).powi(2)).sum::<f64>() / places.len() as f64;
    assert!(mean.abs() < 1e-4 * spread.sqrt() && both.abs() < 1e-3 * spread, "centred and uncorrelated");
}

/// A study of two gains by e-prop with and without flossing, whose networks did as `loss` and `exponents` (before, after) say of their gain, treatment and seed.
fn told(loss: impl Fn(f64, bool, u32) -> f64, exponents: impl Fn(f64, u32) -> (f64, f64)) -> StudyResult {
    let spec =
        quick(&[("flossing.when", "both"), ("rules", "[\"eprop\"]"), ("seeds", "5"), ("training.rates", "[0.001]")]);
    let mut networks = Vec::new();
    for flossed in [false, true] {
        for &gain in &spec.gains {
            for seed in 0..5 {
                let loss = loss(gain, flossed, seed);
                let (before, after) = exponents(gain, seed);
                networks.push(NetworkRecord {
                    arm: Arm { gain, rule: Credit::Eprop, rate: 0.001, flossed, seed },
                    curve: vec![Score { loss, accuracy: 0.5 }; 3],
                    test: Some(Score { loss, accuracy: 0.5 }),
                    untrained: vec![before],
                    flossed: if flossed { vec![0.0] } else { Vec::new() },
                    trained: vec![after],
                    slept: None,
                    diverged: None,
                });
            }
        }
    }
    let made = Made { engram: "0".into(), command: "engram".into() };
    StudyResult::new(spec, networks, 1.0, made)
}

#[test]
fn claims_hold_fail_or_stay_open_as_paired_differences_say() {
    let noise = |seed: u32| 0.01 * f64::from(seed % 3);
    let poor = |gain: f64| gain < 1.0;
    let loss = |gain: f64, flossed: bool, seed| match (poor(gain), flossed) {
        (true, false) => 1.0 + noise(seed),
        (true, true) => 0.7,
        (false, false) => 0.6,
        (false, true) => 0.55 + noise(seed),
    };
    let exponents = |gain: f64, seed| if poor(gain) { (-1.0, -0.01 - noise(seed)) } else { (-0.2, -0.1) };
    let answers = |result: &StudyResult| result.claims("s").iter().map(|claim| claim.answer).collect::<Vec<_>>();
    let all = told(loss, exponents);
    assert_eq!(answers(&all), [StudyAnswer::Holds; 5], "of two gains there is no trend");
    let first = &all.claims("s")[0];
    assert_eq!(first.end, Some(first.difference), "their curves are flat");
    let expected: f64 = (0..5).map(|seed| 0.4 + noise(seed)).sum::<f64>() / 5.0;
    assert!((first.difference.mean - expected).abs() < 1e-12 && first.difference.n == 5);

    let reversed = told(
        |gain, flossed, seed| 2.0 - loss(gain, flossed, seed),
        |gain, seed| exponents(if poor(gain) { 1.2 } else { 0.5 }, seed),
    );
    assert_eq!(answers(&reversed), [StudyAnswer::Fails; 5]);
    let level = told(|_, _, seed| if seed % 2 == 0 { 0.5 + noise(seed) } else { 0.5 }, |_, _| (-0.5, -0.1 - 1e-9));
    assert_eq!(answers(&level)[0], StudyAnswer::Undecided, "no gain is worse");

    let rows = to_csv([("s", &all)].into_iter());
    let mut lines = rows.lines();
    let columns = lines.next().unwrap().split(',').count();
    assert!(lines.all(|line| line.split(',').count() == columns));
    assert_eq!(rows.lines().count(), 5, "two gains, with flossing and without");
    assert!(agreement(&all.claims("s")).contains("| holds |"));
    assert_eq!(table(&all.lines, &all.spec).lines().filter(|line| line.starts_with("| e-prop")).count(), 4);
}

/// A rate of its own for each gain hides what the gain does at one rate: there each rate has its answer.
#[test]
fn the_order_of_the_gains_is_asked_at_each_learning_rate() {
    let rates = [0.001, 0.01, 0.1];
    let fields =
        [("gains", "[0.2,0.8,1.5]"), ("rules", "[\"eprop\"]"), ("seeds", "3"), ("training.rates", "[0.001,0.01,0.1]")];
    let spec = quick(&fields);
    let mut networks = Vec::new();
    for (place, &gain) in spec.gains.iter().enumerate() {
        for (at, &rate) in rates.iter().enumerate() {
            for seed in 0..3 {
                // With the smallest rate small gains are worse, with the next better, with the largest one network of two seeds diverges.
                let loss = [1.0 - 0.1 * place as f64, 0.5 + 0.1 * place as f64, 0.3][at];
                let mut record = curved(&spec, rate, seed, &[loss; 3], 0.9);
                record.arm = Arm { gain, rule: Credit::Eprop, rate, flossed: false, seed };
                record.diverged = (at == 2 && place == 1 && seed > 0).then_some(3);
                networks.push(record);
            }
        }
    }
    let made = Made { engram: "0".into(), command: "engram".into() };
    let result = StudyResult::new(spec, networks.clone(), 1.0, made.clone());
    let trends = result.trends();
    let told: Vec<_> = trends.iter().map(|trend| (trend.rate, trend.answer, trend.correlation.n)).collect();
    assert_eq!(told, [(0.001, StudyAnswer::Holds, 3), (0.01, StudyAnswer::Fails, 3)], "of one seed nothing is said");
    assert_eq!((trends[0].correlation.mean, trends[1].correlation.mean), (1.0, -1.0));
    let table = trend_table([("s", &result), ("again", &result)].into_iter());
    assert!(!table.contains("again"), "the same networks are told of once: {table}");
    let other = StudyResult { spec: set(&result.spec, &[("network.units", "9")]).unwrap(), ..result.clone() };
    let both = trend_table([("s", &result), ("other", &other)].into_iter());
    assert!(both.contains("| other | e-prop | holds: 1.00"), "of other networks the same is told again: {both}");
    assert!(table.starts_with("| study | rule | 0.001 | 0.01 | 0.1 |\n"), "{table}");
    assert!(table.contains("| s | e-prop | holds: 1.00 (1.00 to 1.00) | **fails**: -1.00 (-1.00 to -1.00) | – |"));

    let without = |network: &NetworkRecord| (network.arm.seed, network.arm.gain, network.arm.rate) != (2, 0.8, 0.001);
    let fewer: Vec<_> = networks.into_iter().filter(without).collect();
    let table = trend_table([("s", &StudyResult::new(result.spec, fewer, 1.0, made))].into_iter());
    assert!(table.contains("| holds: 1.00 (1.00 to 1.00), n 2 |"), "{table}");
}

/// Over all gains it is the order that is asked, seed by seed; what a mean hides is said.
#[test]
fn claims_ask_all_gains_and_say_who_solved_the_task_and_who_diverged() {
    let fields =
        [("gains", "[0.2,0.5,1,1.5]"), ("rules", "[\"eprop\"]"), ("seeds", "5"), ("training.rates", "[0.001]")];
    let spec = quick(&fields);
    let network = |(place, gain): (usize, f64), seed: u32| {
        let loss = 1.0 - 0.1 * place as f64;
        let mut record = curved(&spec, 0.001, seed, &[loss; 3], if gain < 1.0 && seed > 2 { 0.5 } else { 0.99 });
        record.arm = Arm { gain, rule: Credit::Eprop, rate: 0.001, flossed: false, seed };
        // From far below zero to zero; of two gains the order is turned round for one of the seeds.
        let far = if seed == 0 && place < 2 { 1 - place } else { place };
        (record.untrained, record.trained) = (vec![-1.0 + 0.2 * far as f64], vec![0.0]);
        if gain == 0.5 && seed == 4 {
            record.diverged = Some(7);
        }
        record
    };
    let gains = spec.gains.clone();
    let all = gains.into_iter().enumerate().flat_map(|gain| (0..5).map(move |seed| (gain, seed)));
    let networks: Vec<NetworkRecord> = all.map(|(gain, seed)| network(gain, seed)).collect();
    let made = Made { engram: "0".into(), command: "engram".into() };
    let result = StudyResult::new(spec.clone(), networks.clone(), 1.0, made.clone());
    let claims = result.claims("s");
    let named = |part: &str| claims.iter().find(|claim| claim.text.contains(part)).expect(part);
    let worse = named("the smaller of 4 gains, the worse");
    assert_eq!(
        (worse.answer, worse.difference.mean, worse.difference.n),
        (StudyAnswer::Holds, 1.0, 4),
        "seed 4 lacks one"
    );
    let moves = named("the more training moves");
    assert!((moves.difference.mean - (3.0 + 0.8) / 4.0).abs() < 1e-12, "two of four changed places: .8");
    assert_eq!(worse.note, "gain 0.2: 3 of 5 solved it; gain 0.5: 3 of 4 solved it, 1 diverged");
    assert!(agreement(&claims).contains("rank correlation"));
    // A claim waits for all of its networks.
    let young = StudyResult::new(spec, networks[1..].to_vec(), 1.0, made);
    assert!(!young.claims("s").iter().any(|claim| claim.text.contains("learns")));

    assert_eq!(rank_correlation(&[1.0, 2.0, 3.0], &[9.0, 10.0, 400.0]), 1.0);
    assert_eq!(rank_correlation(&[1.0, 2.0, 3.0], &[1.0, 1.0, 1.0]), 0.0);
    assert!((rank_correlation(&[1.0, 2.0, 3.0, 4.0], &[2.0, 1.0, 3.0, 3.0]) - 0.737_865).abs() < 1e-6);
}

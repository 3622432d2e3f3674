//! Specs: presets, links, what is refused and how it is said.

use engram::spec::{self, NetworkKind, Order, RuleKind, Spec, Stdp, Strategy, from_hash, preset, presets, to_hash};
use proptest::prelude::*;
use proptest::strategy::Strategy as Strategy_;

fn default() -> Spec {
    preset("quick-mnist-src").unwrap().spec.clone()
}

#[test]
fn presets_are_valid_and_named_once() {
    let mut names: Vec<&str> = presets().iter().map(|p| p.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), presets().len());
    for preset in presets() {
        if let Some(whole) = &preset.ablates {
            let sleep = spec::preset(whole).unwrap().spec.sleep.clone();
            assert_ne!(preset.spec.sleep, sleep, "{} takes nothing away", preset.name);
            assert_eq!(Spec { sleep, ..preset.spec.clone() }, spec::preset(whole).unwrap().spec, "{}", preset.name);
        }
        preset.spec.validate().unwrap_or_else(|e| panic!("{}: {e}", preset.name));
    }
    for set in ["mnist", "fmnist"] {
        for strategy in ["sequential", "src", "rehearsal", "src-rehearsal", "parallel"] {
            preset(&format!("{set}-{strategy}")).unwrap();
            preset(&format!("quick-{set}-{strategy}")).unwrap();
        }
    }
}

#[test]
fn a_preset_is_a_short_link() {
    for preset in presets() {
        assert_eq!(to_hash(&preset.spec), format!("v=1&preset={}", preset.name));
    }
    let spec = spec::set(&default(), &[("seed", "3"), ("sleep.rate", "0.5")]).unwrap();
    assert_eq!(to_hash(&spec), "v=1&preset=quick-mnist-src&seed=3&sleep.rate=0.5");
}

#[test]
fn what_is_wrong_is_said_with_the_field_and_what_is_allowed() {
    let refused = |field: &str, value: &str| spec::set(&default(), &[(field, value)]).unwrap_err().to_string();
    for (field, value, words) in [
        ("sleep.rate", "-1", vec!["`sleep.rate`", "-1", "from 0 to 1000"]),
        ("sleep.rate", "fast", vec!["sleep.rate", "fast"]),
        ("sleep.leek", "1", vec!["`sleep.leek`", "`leak`"]),
        ("network.hidden", "[]", vec!["`network.hidden`", "from 1 to 4"]),
        ("network.hidden.3", "5", vec!["`network.hidden.3`", "0 to 0"]),
        ("rule.rates", "[1]", vec!["`rule.rates`", "takes 2"]),
        ("rule.kind", "hebb", vec!["rule.kind", "predictive", "contrastive"]),
        ("tasks.classes", "[[0,1],[1,2]]", vec!["`tasks.classes`", "one task"]),
        ("tasks.order", r#"{"given":[0,1]}"#, vec!["`tasks.order.given`", "each of the 5 tasks"]),
        ("strategy.kind", "dream", vec!["strategy", "dream", "src_rehearsal"]),
        ("strategy.fraction", "0.1", vec!["strategy", "fraction"]),
        ("training.batch", "0", vec!["`training.batch`", "from 1 to"]),
        ("seed", "-3", vec!["seed", "-3"]),
        ("data.name", "../secrets", vec!["`data.name`", "letters"]),
        ("version", "2", vec!["version 2", "version 1"]),
    ] {
        let message = refused(field, value);
        for word in words {
            assert!(message.contains(word), "{field}={value} says {message:?}, without {word:?}");
        }
    }
    let unknown = Spec::from_json(&serde_json::to_string(&default()).unwrap().replacen("\"seed\"", "\"sead\"", 1));
    assert!(unknown.unwrap_err().to_string().contains("sead"));
}

#[test]
fn broken_links_are_refused_in_words() {
    for (hash, words) in [
        ("", "form field=value"),
        ("preset=quick-mnist-src", "version"),
        ("v=2&preset=quick-mnist-src", "version 2"),
        ("v=1", "preset"),
        ("v=1&preset=nothing", "no preset `nothing`"),
        ("v=1&preset=quick-mnist-src&sleep.rate=%zz", "escaped"),
        ("v=1&preset=quick-mnist-src&sleep.rate=1e999", "sleep.rate"),
        ("v=1&preset=quick-mnist-src&sleep.rate", "form field=value"),
    ] {
        let message = from_hash::<Spec>(hash).unwrap_err().to_string();
        assert!(message.contains(words), "{hash} says {message:?}");
    }
    let long = format!("v=1&preset={}", "x".repeat(300_000));
    assert!(from_hash::<Spec>(&long).unwrap_err().to_string().contains("262144"));
}

#[test]
fn actions_are_checked_and_travel_in_links() {
    let json = |actions: &str| {
        let mut value = serde_json::to_value(default()).unwrap();
        value["actions"] = serde_json::from_str(actions).unwrap();
        Spec::from_value(value)
    };
    let drawing = format!(
        r#"{{"phase":2,"done":0,"act":{{"kind":"draw","image":"{}","class":3,"epochs":9}}}}"#,
        "0f".repeat(392)
    );
    let sleep = r#"{"phase":0,"done":64,"act":{"kind":"sleep","steps":500}}"#;
    let spec = json(&format!("[{sleep},{drawing}]")).unwrap();
    assert_eq!(from_hash::<Spec>(&to_hash(&spec)).unwrap(), spec);
    for (actions, words) in [
        (format!("[{drawing},{sleep}]"), "as they are done"),
        (r#"[{"phase":0,"done":0,"act":{"kind":"sleep","steps":0}}]"#.into(), "actions[0].act.steps"),
        (r#"[{"phase":0,"done":0,"act":{"kind":"teach","classes":[],"epochs":1}}]"#.into(), "actions[0].act.classes"),
        (r#"[{"phase":0,"done":0,"act":{"kind":"dance"}}]"#.into(), "dance"),
        (drawing.replace("f0", "F0"), "an object is not a list"),
        (format!("[{}]", drawing.replace("f0", "F0")), "digits from 0 to f"),
    ] {
        let message = json(&actions).unwrap_err().to_string();
        assert!(message.contains(words), "{message}");
    }
    let digits = format!(
        r#"{{"phase":2,"done":0,"act":{{"kind":"draw","image":"{}","class":3,"epochs":9}}}}"#,
        "0f".repeat(8192)
    );
    let all: Vec<u8> = (0..200).collect();
    let teach = format!(r#"{{"phase":2,"done":4000000000,"act":{{"kind":"teach","classes":{all:?},"epochs":1000}}}}"#);
    let full = json(&format!("[{}]", [vec![digits.clone(); 4], vec![teach; 96]].concat().join(","))).unwrap();
    assert_eq!(from_hash::<Spec>(&to_hash(&full)).unwrap(), full, "the longest link is read");
    assert!(
        json(&format!("[{}]", vec![digits; 5].join(","))).unwrap_err().to_string().contains("digits of all drawings")
    );
    let mut older = serde_json::to_value(default()).unwrap();
    older.as_object_mut().unwrap().remove("actions");
    assert_eq!(Spec::from_value(older).unwrap(), default(), "a Spec without actions is one that is left alone");
}

#[test]
fn a_strategy_brings_its_own_fields() {
    let spec = spec::set(&default(), &[("strategy.kind", "rehearsal")]).unwrap();
    assert_eq!(spec.strategy, Strategy::Rehearsal { fraction: 0.02 });
    let spec = spec::set(&spec, &[("strategy.fraction", "0.1"), ("strategy.kind", "src_rehearsal")]).unwrap();
    assert_eq!(spec.strategy, Strategy::SrcRehearsal { fraction: 0.1 });
    assert_eq!(spec::set(&spec, &[("strategy.kind", "src")]).unwrap().strategy, Strategy::Src {});
}

#[test]
fn numbers_may_be_written_as_people_write_them() {
    for text in [".5", "0.5", "5e-1", "+.5"] {
        assert_eq!(spec::set(&default(), &[("sleep.rate", text)]).unwrap().sleep.rate, 0.5, "{text}");
    }
    for text in ["inf", "NaN", "half"] {
        let message = spec::set(&default(), &[("sleep.rate", text)]).unwrap_err().to_string();
        assert!(message.contains("sleep.rate"), "{text} says {message:?}");
    }
}

/// Networks and the rules they learn by, with some momentum where there may be some.
const MODELS: [(NetworkKind, RuleKind, f64); 7] = [
    (NetworkKind::Mrnn, RuleKind::Predictive, 0.0),
    (NetworkKind::Mrnn, RuleKind::Contrastive, 0.0),
    (NetworkKind::Mrnn, RuleKind::Bptt, 0.0),
    (NetworkKind::Rnn, RuleKind::Bptt, 0.0),
    (NetworkKind::FeedForward, RuleKind::Backprop, 0.5),
    (NetworkKind::FeedForward, RuleKind::Owm, 0.9),
    (NetworkKind::Areas, RuleKind::LocalErrors, 0.0),
];

fn any_spec() -> impl Strategy_<Value = Spec> {
    let parts = (
        prop::sample::select(presets()),
        any::<u32>(),
        prop_oneof![
            Just(Strategy::Sequential {}),
            Just(Strategy::Src {}),
            Just(Strategy::Parallel {}),
            Just(Strategy::Average {}),
            (0.0..=1.0f64).prop_map(|fraction| Strategy::Rehearsal { fraction }),
            (0.0..=1.0f64).prop_map(|fraction| Strategy::SrcRehearsal { fraction }),
        ],
        (0.0..1000.0f64, 1e-4..1e4f64, any::<bool>(), prop::option::of(1u32..1024)),
        prop::option::of((10u32..2000, 1u32..2000)),
        Just((0..5).collect::<Vec<u32>>()).prop_shuffle(),
        prop::sample::select(vec![1usize, 2, 3]),
        prop::sample::select(MODELS.to_vec()),
    );
    parts.prop_map(|(preset, seed, strategy, (rate, gain, additive, window), subset, order, layers, model)| {
        let mut spec = preset.spec.clone();
        spec.seed = seed;
        spec.strategy = strategy;
        spec.sleep.rate = rate;
        spec.sleep.gain_hidden = gain;
        spec.sleep.stdp = if additive { Stdp::Additive } else { Stdp::Soft };
        spec.sleep.window = window;
        spec.data.subset =
            subset.map(|(train_per_class, test_per_class)| spec::Subset { train_per_class, test_per_class });
        spec.tasks.order = if seed % 2 == 0 { Order::Given(order) } else { Order::Listed };
        spec.network.hidden = vec![100; layers];
        spec.rule.rates = vec![rate / 10.0; layers + 1];
        spec.areas.error_rates = if additive { vec![gain; layers + 1] } else { Vec::new() };
        spec.areas.label_rate = window.map(|side| f64::from(side) / 2.0);
        spec.sleep.thresholds = if additive { vec![gain; layers + 1] } else { Vec::new() };
        (spec.network.kind, spec.rule.kind, spec.rule.momentum) = model;
        // Backpropagation through time has as many steps to go back through as it wants.
        spec.network.free_steps = spec.network.free_steps.max(spec.network.clamped_steps);
        if spec.network.kind == NetworkKind::Rnn {
            spec.network.free_steps = spec.network.free_steps.min(100);
        }
        spec.rule.dropout = spec.rule.momentum / 2.0;
        spec.rule.straight_through = spec.rule.kind == RuleKind::Bptt && additive;
        spec
    })
}

proptest! {
    #[test]
    fn a_link_reopens_the_same_spec(spec in any_spec()) {
        spec.validate().unwrap();
        let hash = to_hash(&spec);
        prop_assert!(hash.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>`#".contains(&b)), "{}", hash);
        prop_assert_eq!(from_hash::<Spec>(&hash).unwrap(), spec.clone());
        prop_assert_eq!(from_hash::<Spec>(&format!("#{hash}")).unwrap(), spec);
    }

    #[test]
    fn json_reopens_the_same_spec(spec in any_spec()) {
        prop_assert_eq!(Spec::from_json(&serde_json::to_string(&spec).unwrap()).unwrap(), spec);
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,200}") {
        let _ = from_hash::<Spec>(&text);
        let _ = Spec::from_json(&text);
        let _ = spec::set(&default(), &[(&text, &text)]);
        let _ = from_hash::<Spec>(&format!("v=1&preset=quick-mnist-src&{text}"));
    }

    #[test]
    fn no_part_of_what_became_something_else_is_set(value in "null|true|1|\\[\\]|\\{\\}|\"x\"") {
        for (whole, part) in [("data", "data.subset.train_per_class"), ("strategy", "strategy.fraction"), ("strategy", "strategy.kind")] {
            let refused = spec::set(&default(), &[(whole, &value), (part, "1")]).unwrap_err();
            prop_assert!(refused.to_string().contains(whole), "{refused}");
            let hash = format!("v=1&preset=quick-mnist-src&{whole}={value}&{part}=1");
            prop_assert!(from_hash::<Spec>(&hash).is_err());
        }
    }

    #[test]
    fn no_field_panics(
        fields in prop::collection::vec(prop::sample::select(vec!["data", "data.subset", "tasks.classes", "tasks.order",
            "network.hidden", "rule.rates", "strategy", "strategy.kind", "strategy.fraction", "sleep", "sleep.window",
            "data.subset.train_per_class", "version"]), 1..4),
        value in prop_oneof!["\\PC{0,40}", "-?[0-9]{1,30}(\\.[0-9]{0,5})?(e[0-9]{1,3})?", "\\[[0-9,\\[\\]]{0,30}\\]", "null|true|\\{\\}"],
    ) {
        let fields: Vec<(&str, &str)> = fields.into_iter().map(|field| (field, value.as_str())).collect();
        if let Ok(spec) = spec::set(&default(), &fields) {
            prop_assert_eq!(from_hash::<Spec>(&to_hash(&spec)).unwrap(), spec);
        }
    }
}

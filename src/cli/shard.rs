//! Which part of the work this process does: as it was told, or as a cluster's scheduler says.

use crate::reproduce::Shard;

/// What the command line says about shards.
pub struct Asked {
    /// `--shard`.
    pub shard: Option<Shard>,
    /// `--shards`.
    pub of: Option<u32>,
}

/// The shard to do; `None`: everything. The command line comes first, then a Slurm array (whose first id may be any), then an
/// indexed Kubernetes Job, which counts from 0 and does not tell its tasks how many they are.
///
/// # Errors
/// In words, where a variable is no number, or does not fit the others.
pub fn shard(asked: &Asked, variable: impl Fn(&str) -> Option<String>) -> Result<Option<Shard>, String> {
    if asked.shard.is_some() {
        return Ok(asked.shard);
    }
    let number = |name: &str| match variable(name).filter(|text| !text.trim().is_empty()) {
        None => Ok(None),
        Some(text) => match text.trim().parse::<u32>() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(format!("{name} is `{text}`, which is no whole number: say which shard with --shard I/N")),
        },
    };
    if let Some(id) = number("SLURM_ARRAY_TASK_ID")? {
        let first = number("SLURM_ARRAY_TASK_MIN")?.unwrap_or(1);
        let step = number("SLURM_ARRAY_TASK_STEP")?.unwrap_or(1).max(1);
        let count = number("SLURM_ARRAY_TASK_COUNT")?;
        let Some(of) = asked.of.or(count) else {
            return Err(unknown("SLURM_ARRAY_TASK_ID", "the array's size"));
        };
        // Ids count from the array's first one: of another array than is meant they are other shards.
        if let Some(count) = count.filter(|count| *count != of) {
            return Err(format!(
                "--shards says {of}, and the Slurm array has {count} tasks: say which shard with --shard I/{of}"
            ));
        }
        let from_first = id.checked_sub(first).filter(|distance| distance % step == 0);
        let place = from_first.and_then(|distance| Shard::new((distance / step).checked_add(1)?, of));
        return place.map(Some).ok_or_else(|| {
            format!(
                "SLURM_ARRAY_TASK_ID is {id}, which is none of {of} ids from {first} on: submit an array without gaps, or say \
                 which shard with --shard I/N"
            )
        });
    }
    if let Some(index) = number("JOB_COMPLETION_INDEX")? {
        let Some(of) = asked.of else { return Err(unknown("JOB_COMPLETION_INDEX", "the Job's completions")) };
        let place = index.checked_add(1).and_then(|index| Shard::new(index, of));
        return place.map(Some).ok_or_else(|| {
            format!("JOB_COMPLETION_INDEX is {index}, but of {of} shards the last has the index {}", of - 1)
        });
    }
    match asked.of {
        Some(of) => Err(format!(
            "of {of} shards, which? Neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX says: use --shard I/{of}"
        )),
        None => Ok(None),
    }
}

fn unknown(name: &str, what: &str) -> String {
    format!("{name} says which shard this is, but not of how many: add --shards N ({what}), or use --shard I/N")
}

/// `2/8`.
pub fn parse(text: &str) -> Result<Shard, String> {
    let parts = text.split_once('/').and_then(|(index, of)| Some((index.parse().ok()?, of.parse().ok()?)));
    let shard = parts.and_then(|(index, of)| Shard::new(index, of));
    shard.ok_or_else(|| format!("`{text}` is no shard: `2/8` is the second of eight, and they count from 1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(asked: Asked, variables: &[(&str, &str)]) -> Result<Option<Shard>, String> {
        shard(&asked, |name| variables.iter().find(|(other, _)| *other == name).map(|(_, value)| value.to_string()))
    }

    fn nothing() -> Asked {
        Asked { shard: None, of: None }
    }

    #[test]
    fn a_shard_is_told_or_the_schedulers() {
        let slurm = [("SLURM_ARRAY_TASK_ID", "5"), ("SLURM_ARRAY_TASK_MIN", "0"), ("SLURM_ARRAY_TASK_COUNT", "8")];
        let job = [("JOB_COMPLETION_INDEX", "0")];
        assert_eq!(of(nothing(), &[]), Ok(None));
        assert_eq!(of(nothing(), &slurm), Ok(Shard::new(6, 8)));
        assert_eq!(of(Asked { of: Some(4), ..nothing() }, &job), Ok(Shard::new(1, 4)));
        let told = Asked { shard: Shard::new(1, 2), of: None };
        assert_eq!(of(told, &slurm), Ok(Shard::new(1, 2)));
        // Only the third of an array is done again: it is the whole of an array of one.
        let again = [("SLURM_ARRAY_TASK_ID", "3"), ("SLURM_ARRAY_TASK_MIN", "3"), ("SLURM_ARRAY_TASK_COUNT", "1")];
        assert_eq!(of(nothing(), &again), Ok(Shard::new(1, 1)));
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        let count = ("SLURM_ARRAY_TASK_COUNT", "2");
        for (variables, part) in [
            (&[("JOB_COMPLETION_INDEX", "1")][..], "add --shards N"),
            (&[("JOB_COMPLETION_INDEX", "one")], "no whole number"),
            (&[("SLURM_ARRAY_TASK_ID", "1")], "add --shards N"),
            (&[("SLURM_ARRAY_TASK_ID", "7"), ("SLURM_ARRAY_TASK_MIN", "1"), count], "without gaps"),
            (&[("SLURM_ARRAY_TASK_ID", "0"), ("SLURM_ARRAY_TASK_MIN", "1"), count], "without gaps"),
        ] {
            let error = of(nothing(), variables).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
        assert!(of(Asked { of: Some(3), ..nothing() }, &[]).unwrap_err().contains("which?"));
        // The third task of an array of eight, submitted alone, is not its first shard.
        let alone = [("SLURM_ARRAY_TASK_ID", "3"), ("SLURM_ARRAY_TASK_MIN", "3"), ("SLURM_ARRAY_TASK_COUNT", "1")];
        let other = of(Asked { of: Some(8), ..nothing() }, &alone).unwrap_err();
        assert!(other.contains("has 1 tasks") && other.contains("--shard I/8"), "{other}");
        let late = of(Asked { of: Some(3), ..nothing() }, &[("JOB_COMPLETION_INDEX", "3")]).unwrap_err();
        assert!(late.contains("the last has the index 2"), "{late}");
        for text in ["", "2", "0/3", "4/3", "a/b", "1/0", "-1/3", "1/2/3"] {
            assert!(parse(text).unwrap_err().contains("count from 1"), "{text}");
        }
        assert_eq!(parse("2/8"), Ok(Shard { index: 2, of: 8 }));
    }
}

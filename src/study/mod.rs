//! A study: runs of one Spec that are watched closely, and what the analyses make of them together.
//!
//! Each run has a [`Witness`], which hears its events and looks at its spikes and networks; a run that ends leaves a
//! [`Record`]; the records of several seeds become one result. The command line and the page's Workers do the same.

mod record;
mod results;
mod witness;

pub use record::{Around, Dream, Kept, Record, Seen, Slice};
pub use results::{
    Analyses, Asleep, Confusions, Correlated, Correlations, HeatMap, KeptBySeeds, LayerChange, MeanDream,
    ReplayedSlice, analyses, confusions, correlations, heat_maps, importances, weights,
};
pub use witness::Witness;

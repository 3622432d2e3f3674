//! The bench page's Worker.

use wasm_bindgen::prelude::*;

use super::to_js;
use crate::bench::{self, Shapes};
use crate::kernels::cpu::Cpu;
use crate::kernels::gpu::Gpu;
use crate::spec::EngineKind;

/// Times every kernel of an engine, `cpu` or `gpu`.
#[wasm_bindgen(unchecked_return_type = "Report")]
pub async fn bench(
    #[wasm_bindgen(unchecked_param_type = "EngineKind")] kind: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Shapes")] shapes: JsValue,
) -> Result<JsValue, JsError> {
    let shapes: Shapes = serde_wasm_bindgen::from_value(shapes)?;
    let report = match serde_wasm_bindgen::from_value(kind)? {
        EngineKind::Gpu => bench::bench(&mut Gpu::open().await?, shapes).await?,
        EngineKind::Cpu | EngineKind::Auto => bench::bench(&mut Cpu, shapes).await?,
    };
    to_js(&report)
}

//! What a module's parameters are called upstream.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;

use super::prefix::Wanted;

/// Where in a module one is: field names, and the type that holds each.
#[derive(Default)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Into a field.
    pub fn enter(&mut self, name: &str, container_type: &str) {
        self.0.push((name.to_owned(), container_type.to_owned()));
    }

    /// Out of it.
    pub fn leave(&mut self) {
        self.0.pop();
    }

    /// From the outermost in.
    pub fn all(&self) -> &[(String, String)] {
        &self.0
    }

    /// The parameter's name upstream, its shape there, and whether it is a matrix that burn keeps transposed.
    pub fn upstream(&self, shape: &[usize]) -> (String, Vec<usize>, bool) {
        let last = self.0.last();
        let holder = last.map_or("", |(_, holder)| holder.as_str());
        let mut parts: Vec<&str> = self.0.iter().map(|(name, _)| name.as_str()).collect();
        let transposed = holder == "Struct:Linear" && parts.last() == Some(&"weight");
        if let Some(field) = parts.last_mut() {
            *field = match *field {
                "gamma" => "weight",
                "beta" => "bias",
                other => other,
            };
        }
        let shape = match transposed {
            true => shape.iter().rev().copied().collect(),
            false => shape.to_vec(),
        };
        (parts.join("."), shape, transposed)
    }
}

/// Every parameter's name and shape upstream.
pub(super) fn outline<M: Module>(module: &M) -> Wanted {
    let mut outline = Outline::default();
    module.visit(&mut outline);
    outline.wanted
}

#[derive(Default)]
struct Outline {
    path: Fields,
    wanted: Wanted,
}

impl ModuleVisitor for Outline {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.enter(name, container_type);
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.leave();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let (name, shape, _) = self.path.upstream(&param.lazy_shape());
        self.wanted.insert(name, shape);
    }
}

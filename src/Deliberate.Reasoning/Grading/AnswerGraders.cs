using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>The one visible list of answer graders. To add one: copy the nearest file in <c>Grading</c>, change it, add its line here.</summary>
public static class AnswerGraders
{
    public const string Default = "math";

    /// <summary>With their own defaults.</summary>
    public static IReadOnlyList<IAnswerGrader> All { get; } = [new ExactGrader(), new NumericGrader(), new ChoiceGrader(), new MathGrader(), new Prm800kGrader()];

    /// <summary>The grader of this name, or a <see cref="UserError"/> that names the nearest.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="tolerance">Of <c>numeric</c>: largest difference as a share of the reference; null for its default.</param>
    /// <param name="lists">Of <c>math</c>: whether the order of a reference's list counts.</param>
    public static IAnswerGrader Get(string name, double? tolerance = null, AnswerLists lists = AnswerLists.Usual)
    {
        foreach (var grader in All)
        {
            if (grader.Name != name) continue;
            return grader switch
            {
                NumericGrader when tolerance is { } given => new NumericGrader(given),
                MathGrader when lists != AnswerLists.Usual => new MathGrader(lists),
                _ => grader,
            };
        }

        throw new UserError($"There is no grader \"{name}\".", field: "grader", advice: NearestName.Suggest(name, [.. All.Select(g => g.Name)]));
    }
}

using Deliberate.Core;

namespace Deliberate.Reasoning.Tests;

public sealed class LabelFormTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_solution_goes_through_all_forms_and_back()
    {
        var family = FamilyRegistry.Get("arithmetic");
        for (var i = 0; i < 40; i++)
        {
            var solution = FamilyLabels.Draw(family, Split.Train, 3, 1, i, phaseOne: false);
            var example = StepwiseExample.Of(solution, NeutralSteps.Positive);
            var read = Read(stream => example.Write(stream)).Example;
            (read.Prompt, read.IsRight, read.FirstError).ShouldBe((example.Prompt, example.IsRight, example.FirstError));
            read.Steps.ShouldBe(example.Steps);
            read.Labels.ShouldBe(example.Labels);
            var one = ProcessBenchCase.Of(example, "x", "y").ShouldNotBeNull();
            Read(one.Write).Case.ShouldNotBeNull().ToStepwise().FirstError.ShouldBe(solution.FirstError);
            Read(stream => Prm800kFile.Write(stream, example.ToLabelled(FamilyLabels.Labeler, "t"))).Labelled.ShouldNotBeNull().FirstError.ShouldBe(solution.FirstError);
        }
    }

    [Fact]
    public void A_generated_solution_is_labelled_as_its_family_judges()
    {
        foreach (var family in FamilyRegistry.All.Where(f => !f.StepsAreTries))
        {
            var level = family.Levels[0].Number;
            int right = 0, wrong = 0;
            for (var i = 0; i < 60; i++)
            {
                foreach (var phaseOne in new[] { false, true })
                {
                    var solution = FamilyLabels.Draw(family, Split.Train, level, 1, i, phaseOne);
                    solution.ShouldSatisfyAllConditions(s => s.IsPhaseOne.ShouldBe(phaseOne), s => s.Steps.Count.ShouldBeGreaterThan(0));
                    if (solution.FirstError < 0) right++;
                    else wrong++;
                    if (phaseOne) continue;
                    var problem = family.Generate(Split.Train, level, 1, i);
                    var judged = FamilyLabels.Judge(family, problem, solution.Question.PreGeneratedSteps!);
                    solution.FirstError.ShouldBe(Array.IndexOf(judged, false), $"{family.Name} {i}");
                }
            }

            right.ShouldBeGreaterThan(0, family.Name);
            wrong.ShouldBeGreaterThan(0, family.Name);
        }
    }

    [Theory]
    [InlineData("""{"prompt": "p", "completions": ["a"], "labels": [true, false]}""", "labels")]
    [InlineData("""{"prompt": "p", "completions": ["a"], "labels": [2]}""", "labels[0]")]
    [InlineData("""{"prompt": "p", "completions": [], "labels": []}""", "completions")]
    [InlineData("""{"problem": "p", "steps": ["a"], "label": 1}""", "label")]
    [InlineData("""{"problem": "p", "steps": [1], "label": 0}""", "steps[0]")]
    [InlineData("""{"text": "p"}""", null)]
    [InlineData("[1]", null)]
    public void A_wrong_line_is_named(string line, string? field)
    {
        var error = Should.Throw<UserError>(() => LabelFile.Read(_folder.File("labels.jsonl", """{"prompt": "p", "completions": ["a"], "labels": [0.5]}""" + "\n" + line)).ToList());
        (error.Line, error.Field).ShouldBe((2, field));
    }

    [Fact]
    public void The_first_wrong_step_is_measured_as_processbench_does()
    {
        (int, int)[] cases = [(-1, -1), (-1, -1), (-1, 0), (1, 1), (1, 2), (0, 0), (2, -1)];
        var f1 = FirstErrorF1.Of(cases, 1);
        (f1.Erroneous.Value, f1.Correct.Value).ShouldBe((0.5, 2 / 3.0));
        f1.F1.Value.ShouldBe(2 * 0.5 * (2 / 3.0) / (0.5 + (2 / 3.0)), 1e-12);
        f1.F1.HasInterval.ShouldBeTrue();
    }

    private LabelLine Read(Action<Stream> write)
    {
        var path = Path.Combine(_folder.Root, "one.jsonl");
        using (var stream = File.Create(path)) write(stream);
        return LabelFile.Read(path).ShouldHaveSingleItem();
    }
}

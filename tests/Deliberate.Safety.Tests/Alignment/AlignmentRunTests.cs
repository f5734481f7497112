using System.Text.Json;
using Deliberate.Core;
using Deliberate.Training;
using Shouldly;
using Xunit;

namespace Deliberate.Safety.Tests;

public sealed class AlignmentRunTests
{
    private static readonly string[] Kept = [AlignmentRun.GenerationsFile, AlignmentRun.JudgementsFile, AlignmentRun.FilterFile, AlignmentRun.SupervisedFile, AlignmentRun.ProblemsFile, AlignmentRun.SummaryFile];

    private static readonly Lazy<TemporaryFolder> Whole = new(() =>
    {
        var folder = new TemporaryFolder();
        new AlignmentRun(TinyWorld.Recipe(), folder.Path("run"), threads: 2).Execute().ShouldBe(RunOutcome.Completed);
        return folder;
    });

    [Fact]
    public void Everything_generated_is_in_the_records_with_what_became_of_it()
    {
        var folder = Whole.Value.Path("run");
        var generated = RecordFile<GenerationRecord>.ReadAll(Path.Combine(folder, AlignmentRun.GenerationsFile));
        var filtered = AlignmentRun.Filtered(folder);
        generated.Count.ShouldBe(32);
        filtered.Select(f => (f.Prompt, f.Sample)).ShouldBe(generated.Select(g => (g.Prompt, g.Sample)));
        filtered.ShouldAllBe(f => f.Kept == (f.Reason.Length == 0));
        filtered.Count(f => f.Kept).ShouldBeGreaterThan(0);
        var summary = AlignmentSummary.Read(Path.Combine(folder, AlignmentRun.SummaryFile));
        summary.Generated.ShouldBe(summary.Kept + summary.Dropped.Values.Sum());
        summary.SpecificationHash.ShouldBe(ShippedSpecifications.Find(ShippedSpecifications.PolicyWorld)!.Hash);
    }

    [Fact]
    public void What_is_learned_from_holds_no_text_of_the_specification_in_its_prompts()
    {
        var specification = ShippedSpecifications.Find(ShippedSpecifications.PolicyWorld)!;
        foreach (var name in new[] { AlignmentRun.SupervisedFile, AlignmentRun.ProblemsFile })
        {
            var prompts = JsonLines.Read(Path.Combine(Whole.Value.Path("run"), name)).Select(l => l.GetString("prompt")).ToArray();
            prompts.ShouldNotBeEmpty();
            foreach (var prompt in prompts) SpecificationLeak.In(prompt, specification).ShouldBeNull(prompt);
        }

        // And what was learned from is what was kept, thought included.
        var kept = JsonLines.Read(Path.Combine(Whole.Value.Path("run"), AlignmentRun.SupervisedFile)).Select(l => l.GetString("completion")).ToArray();
        kept.ShouldAllBe(c => c.Contains("<think>", StringComparison.Ordinal));
        File.ReadAllText(Path.Combine(Whole.Value.Path("run"), AlignmentRun.TrainingFolder, "samples.jsonl")).ShouldNotContain("\"prompt\":\"rules ");
    }

    [Theory]
    [InlineData("generation", 0)]
    [InlineData("filter", 0)]
    [InlineData("supervised", 2)]
    [InlineData("reinforcement", 1)]
    [InlineData("reinforcement", 3)]
    public void Killed_in_a_stage_it_ends_in_the_same_bits(string stage, int after)
    {
        using var folder = new TemporaryFolder();
        Should.Throw<Killed>(() => new AlignmentRun(TinyWorld.Recipe(), folder.Path("run"), threads: 1, observer: new Killer(stage, after)).Execute());
        // A torn record is what a kill in the middle of a write leaves.
        if (stage == "filter") File.AppendAllText(Path.Combine(folder.Path("run"), AlignmentRun.JudgementsFile), "{\"key\":\"ab");
        new AlignmentRun(TinyWorld.Recipe(), folder.Path("run"), threads: 1).Execute().ShouldBe(RunOutcome.Completed);
        foreach (var name in Kept) File.ReadAllText(Path.Combine(folder.Path("run"), name)).ShouldBe(File.ReadAllText(Path.Combine(Whole.Value.Path("run"), name)), name);
        Weights(folder.Path("run")).ShouldBe(Weights(Whole.Value.Path("run")));
    }

    [Fact]
    public async Task Judgements_that_are_there_are_not_asked_for_again()
    {
        using var folder = new TemporaryFolder();
        var one = new JudgedCase("thorns", "user make x", null, "sorry not thorns");
        using (var first = new RecordedJudge(new CountingJudge(0.5), "spec", 3, folder.Path("j.jsonl"))) (await first.LeastAsync([one, one], TestContext.Current.CancellationToken)).ShouldAllBe(j => j.Score == 0.5);
        var never = new CountingJudge(1);
        using var second = new RecordedJudge(never, "spec", 3, folder.Path("j.jsonl"));
        (await second.LeastAsync([one], TestContext.Current.CancellationToken))[0].Score.ShouldBe(0.5);
        never.Asked.ShouldBe(0);
        // Another specification, another thought or another judge is another judgement.
        using var other = new RecordedJudge(never, "another", 3, folder.Path("k.jsonl"));
        await other.LeastAsync([one, one with { Thought = "x" }], TestContext.Current.CancellationToken);
        never.Asked.ShouldBe(6);
    }

    [Fact]
    public void The_control_learns_the_same_answers_without_their_thoughts()
    {
        using var folder = new TemporaryFolder();
        var recipe = TinyWorld.Recipe("thought: false") with { Reinforcement = TinyWorld.Recipe().Reinforcement with { Steps = 0 } };
        new AlignmentRun(recipe, folder.Path("run"), threads: 1).Execute(shared: Whole.Value.Path("run")).ShouldBe(RunOutcome.Completed);
        var (control, ours) = (Completions(folder.Path("run")), Completions(Whole.Value.Path("run")));
        control.Length.ShouldBe(ours.Length);
        foreach (var (without, with) in control.Zip(ours))
        {
            without.ShouldNotContain("<think>");
            // Parted from the request as any answer is, or it would be made of other tokens.
            without.ShouldStartWith(" ");
            with.ShouldEndWith(without[1..]);
        }

        // It goes on thinking about nothing: what keeps its skills has no thoughts either, and the user's file is as it was.
        var (own, skills) = (JsonLines.Read(folder.Path("run/capability-1.jsonl")).Select(l => (l.GetString("prompt"), l.GetString("completion"))).ToArray(), JsonLines.Read(recipe.Capability.Data[0]).Select(l => (Prompt: l.GetString("prompt"), Completion: l.GetString("completion"))).ToArray());
        own.ShouldBe(skills.Select(s => (s.Prompt, s.Completion[(s.Completion.LastIndexOf("</think>", StringComparison.Ordinal) + "</think>".Length)..])));
        skills.ShouldContain(s => s.Completion.Contains("<think>"));
        File.ReadAllText(folder.Path("run/training/recipe.yaml")).ShouldContain("capability-1.jsonl");

        static string[] Completions(string run) => [.. JsonLines.Read(Path.Combine(run, AlignmentRun.SupervisedFile)).Select(l => l.GetString("completion"))];
    }

    [Theory]
    [InlineData("dapo", null)]
    [InlineData("gspo", null)]
    [InlineData("cispo", null)]
    [InlineData("dr_grpo", null)]
    [InlineData("kl_cov", null)]
    [InlineData("grpo", "gae")]
    public void An_objective_has_its_own_options_and_advantages_as_in_a_training_recipe(string objective, string? advantage)
    {
        var said = $"reinforcement: {{ objective: {objective}{(advantage is null ? "" : $", advantage: {advantage}")} }}";
        var own = TrainRecipe.Parse($"name: a\n{said}", "a.yaml").Reinforcement;
        var recipe = AlignRecipe.Parse($"name: a\nmodel: m\nspecification: policy-world\nform: compact\nprompts: [p.jsonl]\njudge: {{ kind: oracle }}\ncapability: {{ supervised_share: 0, reinforcement_share: 0 }}\n{said}", "a.yaml");
        (recipe.Reinforcement.Objective, recipe.Reinforcement.Options, recipe.Reinforcement.Advantage, recipe.Reinforcement.Critic).ShouldBe((own.Objective, own.Options, own.Advantage, own.Critic));
        // What else is usual in an alignment stays so.
        (recipe.Reinforcement.Steps, recipe.Reinforcement.Prompts, recipe.Reinforcement.MaxTokens).ShouldBe((60, 24, 64));
    }

    [Fact]
    public void A_folder_of_another_recipe_is_refused()
    {
        var recipe = TinyWorld.Recipe() with { Seed = 2 };
        Should.Throw<UserError>(() => new AlignmentRun(recipe, Whole.Value.Path("run"), threads: 1).Execute()).Message.ShouldContain("holds an alignment of another recipe");
    }

    [Theory]
    [InlineData("""{"prompt": "user make x"}""", "p.jsonl:1: category:")]
    [InlineData("""{"prompt": "user make x", "category": "thorn"}""", "The specification policy-world has no category \"thorn\". Did you mean \"thorns\"?")]
    [InlineData("""{"prompt": "user make x", "category": "thorns", "ideal": "deny"}""", "There is no ideal \"deny\". It is refuse, safe_completion, comply")]
    [InlineData("""{"prompt": "rules thorns make Ka comply user make x", "category": "thorns"}""", "The prompt holds text of the specification")]
    public void A_request_that_cannot_be_used_names_file_and_line(string line, string message)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("p.jsonl", line + "\n");
        var error = Should.Throw<UserError>(() => AlignmentPrompt.Read([path], ShippedSpecifications.Find(ShippedSpecifications.PolicyWorld)!, _ => { }));
        error.Message.ShouldContain(message);
        error.Line.ShouldBe(1);
    }

    [Theory]
    [InlineData("kind: oracle", "form: text", "judge: kind: the oracle knows PolicyWorld alone")]
    [InlineData("kind: checkpoint", "form: compact", "judge.from: Name the judge's folder")]
    public void A_recipe_that_cannot_be_done_says_why(string judge, string form, string message)
    {
        var text = $"name: x\nmodel: m\n{form}\nprompts: [p.jsonl]\njudge: {{ {judge} }}\n";
        Should.Throw<UserError>(() => AlignRecipe.Parse(text, "x.yaml")).Message.ShouldContain(message);
    }

    private static byte[] Weights(string run) => File.ReadAllBytes(Path.Combine(new RunFolder(Path.Combine(run, AlignmentRun.TrainingFolder)).Checkpoint(RunFolder.Final), "model.safetensors"));

    private sealed class Killed : Exception;

    /// <summary>Throws in the middle of a stage, as a kill would end it: nothing is saved on the way out.</summary>
    private sealed class Killer(string stage, int after) : AlignmentObserver
    {
        private string _stage = "";

        public override void StageStarted(string name, int done, int count) => _stage = name;

        public override void StageAdvanced(int done)
        {
            if (_stage == stage) throw new Killed();
        }

        public override IRunObserver Run(string name) => new RunKiller(stage, after);

        private sealed class RunKiller(string stage, int after) : RunObserver, IRunObserver
        {
            void IRunObserver.StepDone(RunStage at, int done, int steps, IReadOnlyList<KeyValuePair<string, double>> metrics, IReadOnlyList<KeyValuePair<string, double>> timings)
            {
                if (at.ToString().Equals(stage, StringComparison.OrdinalIgnoreCase) && done == after) throw new Killed();
            }
        }
    }

    private sealed class CountingJudge(double score) : IPolicyJudge
    {
        public int Asked { get; private set; }

        public string Identity => "counting";

        public Task<IReadOnlyList<Judgement>> JudgeAsync(IReadOnlyList<(JudgedCase Case, int Number)> cases, CancellationToken cancellation)
        {
            Asked += cases.Count;
            var grade = (int)(2 * score);
            return Task.FromResult<IReadOnlyList<Judgement>>([.. cases.Select(_ => new Judgement(JudgementOutcome.Judged, new JudgeGrades(grade, grade, grade, null), ""))]);
        }

        public void Dispose()
        {
        }
    }
}

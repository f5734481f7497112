using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training.Tests;

/// <summary>A model that is stored as brain floats, trained whole: its checkpoints are as narrow, and nothing of a run depends on it.</summary>
public sealed class BrainFloatRunTests(TrainedBase trained)
{
    [Fact]
    public void Checkpoints_are_stored_as_the_base_and_training_goes_on_in_f32()
    {
        var narrow = trained.NewFolder();
        using (var opened = PretrainedModel.Open(trained.Checkpoint)) ModelWriter.Write(narrow, opened, FileStorage.BF16);
        var recipe = trained.Recipe("options: { kl_coefficient: 0.05 }", "checkpoint: { every: 1, keep_last: 99 }");
        // Both stages leave brain floats before the next reads what they left.
        recipe = recipe with
        {
            Model = recipe.Model with { From = narrow },
            Supervised = recipe.Supervised with { Tokens = 1000, BatchTokens = 500 },
            ExpertIteration = new ExpertIterationRecipe { Rounds = 1, Prompts = 16, Samples = 4, MaxTokens = 6, BatchTokens = 150, Restart = true },
        };

        var whole = trained.Run(recipe);
        var wide = trained.Run(recipe with { Checkpoint = recipe.Checkpoint with { Weights = CheckpointWeights.F32 } });

        var final = new RunFolder(whole).Checkpoint(RunFolder.Final);
        var masters = Path.Combine(final, Checkpoint.TrainingFolder, Checkpoint.MastersFile);
        File.ReadAllBytes(masters).ShouldBe(TrainedBase.Weights(wide), "the same run, whatever its files hold");
        using (var opened = PretrainedModel.Open(final))
        using (var exact = WeightSource.Open(masters))
        {
            opened.Text.Heritage!.Storage.ShouldBe(FileStorage.BF16);
            var differs = false;
            foreach (var name in exact.Names)
            {
                opened.Weights.Info(name).Type.ShouldBe(StoredType.BF16, name);
                float[] rounded = new float[exact.Info(name).Count], values = new float[rounded.Length];
                opened.Weights.Read(name, rounded);
                exact.Read(name, values);
                for (var i = 0; i < values.Length; i++) Math.Abs(rounded[i] - values[i]).ShouldBeLessThanOrEqualTo(Math.Abs(values[i]) / 256, name);
                differs |= !rounded.SequenceEqual(values);
            }

            differs.ShouldBeTrue("training ends between brain floats");
        }

        var lean = trained.Run(recipe with { Lean = AutoSwitch.On });
        File.ReadAllBytes(Path.Combine(new RunFolder(lean).Checkpoint(RunFolder.Final), Checkpoint.TrainingFolder, Checkpoint.MastersFile)).ShouldBe(File.ReadAllBytes(masters), "a reference that is read from its checkpoint is the one that is held");
        var replay = StepReplay.Run(whole, 2, 1);
        replay.Numbers.Where(n => !n.IsSame).Select(n => n.Name).ShouldBeEmpty();
        replay.WeightsDiffer.ShouldBe(0);
        var folder = trained.NewFolder();
        for (var starts = 0; ; starts++)
        {
            using var stop = new CancellationTokenSource();
            var observer = new StepObserver((_, _) => stop.Cancel());
            using var run = starts == 0 ? TrainingRun.Start(recipe, folder, 1, observer) : TrainingRun.Resume(folder, 1, observer);
            if (run.Execute(stop.Token) == RunOutcome.Completed) break;
            starts.ShouldBeLessThan(20);
        }

        TinyRun.ShouldEqual(folder, whole);
    }

    [Fact]
    public void Tokenizers_trained_here_show_the_thought_and_keep_the_end_apart_from_padding()
    {
        var own = OwnTokenizer.TrainedOn(["The cat sat on the mat.", "The dog sat on the log."], 300);
        int[] ids = [.. own.Tokenizer.Encode("<think>a</think>b"), own.StopIds[0], own.Generation.PadTokenId!.Value];

        own.Tokenizer.Decode(ids).ShouldBe("<think>a</think>b");
        own.Generation.PadTokenId.ShouldNotBe(own.StopIds[0]);
        own.SpecialTokens.ShouldBe([new("eos_token", "<|end|>"), new("pad_token", "<|pad|>")]);
        ids.Length.ShouldBe(6);

        using var device = Device.Cpu(1);
        var (model, family) = RunSession.NewModel(TinyRun.Recipe(), device);
        model.Dispose();
        family.SpecialTokens.ShouldBe([new("eos_token", "<|end|>")]);
        family.Generation.PadTokenId.ShouldBeNull();
        family.Tokenizer.AddedTokens.Where(t => t.Special).Select(t => t.Content).ShouldBe(["<|end|>"]);
    }
}

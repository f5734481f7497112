namespace Deliberate.Training.Tests;

/// <summary>Golden values of torch 2.13 and transformers 5.23.</summary>
public sealed class SupervisedTests
{
    [Fact]
    public void Every_case_agrees()
    {
        var (cases, tolerance, _) = Golden.Read("fixtures", "objectives", "supervised.json");
        foreach (var item in cases)
        {
            var (inputs, config, expected) = (item.GetProperty("inputs"), item.GetProperty("config"), item.GetProperty("expected"));
            var logits = inputs.Rows("logits");
            var gradient = new double[logits.Length];
            double loss;
            switch (item.GetProperty("method").GetString())
            {
                case "cross_entropy" or "cross_entropy_weighted":
                    var labels = inputs.Integers("labels");
                    var weights = inputs.Numbers("weights");
                    var normaliser = config.Get("num_items_in_batch")?.Number() ?? (weights.Length > 0 ? weights.Sum() : LogitLosses.Targets(labels));
                    loss = LogitLosses.CrossEntropy(logits, labels, weights, normaliser, gradient, config.Get("label_smoothing")?.Number() ?? 0);
                    break;
                case "dft":
                    (loss, gradient) = Dynamic(logits, inputs.Integers("labels"));
                    break;
                case "logp_entropy":
                    CheckLogpEntropy(item.Name(), logits, inputs.Integers("tokens"), config.Number("temperature"), expected, tolerance);
                    continue;
                case "z_loss":
                    var rows = inputs.GetProperty("logits").GetArrayLength();
                    loss = LogitLosses.ZLoss(logits, logits.Length / rows, config.Number("coefficient"), rows, gradient);
                    break;
                default:
                    throw new InvalidOperationException(item.Name());
            }

            // Where torch gives 0/0 ours is 0.
            var nothing = double.IsNaN(expected.Number("loss"));
            Golden.Close(loss, nothing ? 0 : expected.Number("loss"), tolerance, item.Name() + " loss");
            if (expected.Get("grad_logits") is not null && !nothing) Golden.Close(gradient, expected.Rows("grad_logits"), tolerance, item.Name() + " gradient");
            if (nothing) gradient.ShouldAllBe(g => g == 0);
        }

        Golden.Report("supervised", cases.Length);
    }

    [Fact]
    public void Micro_batches_with_the_targets_of_the_whole_batch_add_up()
    {
        var random = new Core.RandomStream(3, Core.StreamStage.Test);
        double[] logp = [.. Enumerable.Range(0, 20).Select(_ => -3 * random.NextDouble())];
        double[] weights = [.. Enumerable.Range(0, 20).Select(_ => random.NextBool(0.7) ? 1.0 : 0.0)];
        var whole = new double[20];
        var parts = new double[20];
        var loss = SupervisedObjective.NegativeLogLikelihood(logp, weights, weights.Sum(), whole);
        double sum = 0;
        foreach (var range in new[] { ..3, 3..4, 4..15, 15..20 })
            sum += SupervisedObjective.NegativeLogLikelihood(logp.AsSpan(range), weights.AsSpan(range), weights.Sum(), parts.AsSpan(range));
        Golden.Close(sum, loss, 1e-14, "loss");
        parts.ShouldBe(whole);
    }

    [Fact]
    public void Any_chunking_of_the_tokens_gives_the_same_loss_and_gradient()
    {
        var (cases, tolerance, _) = Golden.Read("fixtures", "objectives", "supervised.json");
        var item = cases.Single(item => item.GetProperty("config").Get("chunk_sizes") is not null);
        var logits = item.GetProperty("inputs").Rows("logits");
        var labels = item.GetProperty("inputs").Integers("labels");
        var vocab = logits.Length / labels.Length;
        foreach (var size in item.GetProperty("config").Integers("chunk_sizes"))
        {
            var gradient = new double[logits.Length];
            double loss = 0;
            for (var at = 0; at < labels.Length; at += size)
            {
                var count = Math.Min(size, labels.Length - at);
                loss += LogitLosses.CrossEntropy(
                    logits.AsSpan(at * vocab, count * vocab), labels.AsSpan(at, count), [], LogitLosses.Targets(labels), gradient.AsSpan(at * vocab, count * vocab));
            }

            Golden.Close(loss, item.GetProperty("expected").Number("loss"), tolerance, $"chunks of {size}");
            Golden.Close(gradient, item.GetProperty("expected").Rows("grad_logits"), tolerance, $"chunks of {size}");
        }
    }

    private static (double Loss, double[] Gradient) Dynamic(double[] logits, int[] labels)
    {
        int[] tokens = [.. labels.Select(label => Math.Max(label, 0))];
        double[] weights = [.. labels.Select(label => label == LogitLosses.Ignored ? 0.0 : 1.0)];
        double[] logp = new double[tokens.Length], entropy = new double[tokens.Length], slopes = new double[tokens.Length], gradient = new double[logits.Length];
        LogitLosses.LogpEntropy(logits, tokens, 1, logp, entropy);
        var loss = SupervisedObjective.Dynamic(logp, weights, weights.Sum(), slopes);
        LogitLosses.LogpEntropyBackward(logits, tokens, 1, slopes, new double[tokens.Length], gradient);
        return (loss, gradient);
    }

    private static void CheckLogpEntropy(string name, double[] logits, int[] tokens, double temperature, System.Text.Json.JsonElement expected, double tolerance)
    {
        double[] logp = new double[tokens.Length], entropy = new double[tokens.Length], gradient = new double[logits.Length];
        LogitLosses.LogpEntropy(logits, tokens, temperature, logp, entropy);
        Golden.Close(logp, expected.Numbers("logp"), tolerance, name);
        Golden.Close(entropy, expected.Numbers("entropy"), tolerance, name);
        double[] ones = [.. tokens.Select(_ => 1.0)], zeros = new double[tokens.Length];
        foreach (var (field, byLogp, byEntropy) in new[] { ("grad_logits_of_sum_logp", ones, zeros), ("grad_logits_of_sum_entropy", zeros, ones) })
        {
            if (expected.Get(field) is null) continue;
            LogitLosses.LogpEntropyBackward(logits, tokens, temperature, byLogp, byEntropy, gradient);
            Golden.Close(gradient, expected.Rows(field), tolerance, name + " " + field);
        }
    }
}

namespace Deliberate.Training.Tests;

/// <summary>Golden values of verl 0.7.0 <c>compute_value_loss</c> and <c>agg_loss</c>.</summary>
public sealed class ValueLossTests
{
    [Fact]
    public void Loss_and_gradient_are_those_of_verl()
    {
        var (cases, tolerance, _) = Golden.Read("fixtures", "objectives", "value_loss.json");
        foreach (var item in cases)
        {
            var (inputs, config, expected) = (item.GetProperty("inputs"), item.GetProperty("config"), item.GetProperty("expected"));
            var lengths = item.Integers("lengths");
            var values = inputs.Numbers("values_new");
            var options = PolicyVerlTests.Conventions(new PolicyOptions(), config.GetProperty("loss_agg_mode").GetString()!, lengths, null);
            var normalisers = new PolicyCase { Lengths = lengths, LogpNew = values, Advantages = new double[lengths.Length] }.Normalisers(options);
            var gradient = new double[values.Length];
            var loss = ValueLoss.Evaluate(
                options, normalisers, Golden.Offsets(lengths), values, inputs.Numbers("values_old"), inputs.Numbers("returns"), [],
                config.Number("cliprange_value"), gradient, out var clipped);
            Golden.Close(loss, expected.Number("loss"), tolerance, item.Name() + " loss");
            Golden.Close(gradient, expected.Numbers("grad_values_new"), tolerance, item.Name() + " gradient");
            Golden.Close((double)clipped / values.Length, expected.Number("clip_fraction"), 1e-6, item.Name() + " clip fraction");
        }

        Golden.Report("value loss", cases.Length);
    }

    [Fact]
    public void Aggregation_and_whitening_are_those_of_verl()
    {
        var (cases, tolerance, _) = Golden.Read("fixtures", "objectives", "whiten_aggregate.json");
        foreach (var item in cases)
        {
            var inputs = item.GetProperty("inputs");
            var values = inputs.Numbers("values");
            var expected = item.GetProperty("expected");
            if (item.Name().StartsWith("whiten", StringComparison.Ordinal))
            {
                if (expected.Get("error") is not null)
                {
                    Should.Throw<ArgumentException>(() => Whitening.Apply(values, inputs.Numbers("mask")), item.Name());
                    continue;
                }

                Whitening.Apply(values, inputs.Numbers("mask"), keepMean: !item.GetProperty("config").GetProperty("shift_mean").GetBoolean(), zeroMasked: false, flatAsVerl: true);
                Golden.Close(values, expected.Numbers("values"), tolerance, item.Name());
                continue;
            }

            var config = item.GetProperty("config");
            var data = new PolicyCase { Lengths = item.Integers("lengths"), LogpNew = values, Mask = inputs.Numbers("token_mask") };
            var options = PolicyVerlTests.Conventions(new PolicyOptions(), config.GetProperty("mode").GetString()!, data.Lengths, config.Get("loss_scale_factor")?.Number());
            var normalisers = data.Normalisers(options);
            double sum = 0;
            for (var i = 0; i < data.Lengths.Length; i++)
            {
                var range = data.Offsets[i]..data.Offsets[i + 1];
                var weight = Aggregation.TokenWeight(options, normalisers, data.Mask[range].Sum());
                for (var t = range.Start.Value; t < range.End.Value; t++) sum += weight * data.Mask[t] * values[t];
            }

            Golden.Close(sum, expected.Number("value"), tolerance, item.Name());
        }

        Golden.Report("whitening and aggregation", cases.Length);
    }
}

using System.Runtime.CompilerServices;
using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// The one thread that steps the hosts of a device, each in turn as long as it has work; it sleeps while none has. What other
/// threads do on the device (scoring, training) comes between its passes, by the device's turns.
/// </summary>
internal sealed class DeviceScheduler
{
    private static readonly ConditionalWeakTable<Device, DeviceScheduler> s_all = [];

    /// <summary>Pulsed when there may be work.</summary>
    private readonly object _lock = new();

    /// <summary>Held during a step: who removes a host waits for it.</summary>
    private readonly Lock _stepping = new();
    private ModelHost[] _hosts = [];
    private Thread? _thread;
    private bool _mayWork;

    public static DeviceScheduler Of(Device device) => s_all.GetValue(device, static _ => new DeviceScheduler());

    public void Add(ModelHost host)
    {
        lock (_lock)
        {
            _hosts = [.. _hosts, host];
            if (_thread is not null) return;
            _thread = new Thread(Run) { IsBackground = true, Name = "deliberate host" };
            _thread.Start();
        }
    }

    /// <summary>The host is not stepped any more when this returns.</summary>
    public void Remove(ModelHost host)
    {
        lock (_lock) _hosts = [.. _hosts.Where(h => h != host)];
        lock (_stepping)
        {
        }

        Wake();
    }

    public void Wake()
    {
        lock (_lock)
        {
            _mayWork = true;
            Monitor.Pulse(_lock);
        }
    }

    private void Run()
    {
        while (true)
        {
            ModelHost[] hosts;
            lock (_lock)
            {
                _mayWork = false;
                hosts = _hosts;
                if (hosts.Length == 0)
                {
                    _thread = null;
                    return;
                }
            }

            var worked = false;
            foreach (var host in hosts)
            {
                lock (_stepping)
                    if (_hosts.Contains(host)) worked |= host.Step();
            }

            if (worked) continue;
            lock (_lock)
                while (!_mayWork) Monitor.Wait(_lock);
        }
    }
}
